"""Filling a page: examine entries in order until enough may be seen, each post once."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from apps.core.ids import MAX, NIL
from apps.posts.values import Entry

from .reader import LOOK_BACK, Reader
from .values import Page, Shown

ROUNDS = 5
MOST_AT_ONCE = 1000

Jump = Callable[[UUID], UUID | None]
"""Finds, from a position on, the next older entry that may be seen; None where there is none."""


class Source(Protocol):
    """Entries in the order of a feed, between two ids that are left out; fewer than ``limit`` only at the end."""

    def __call__(self, before: UUID, after: UUID, limit: int, *, newest_first: bool) -> list[Entry]: ...


def page(
    source: Source, reader: Reader, *, before: UUID | None, after: UUID | None, limit: int, jump: Jump | None = None
) -> Page:
    """Return the page older than ``before`` or newer than ``after``; the newest without either.

    Only the last page in a direction is empty. ``jump`` is asked after five rounds with nothing.
    """
    if after is not None and before is None:
        found = _newer(source, reader, after, limit)
    else:
        found = _older(source, reader, MAX if before is None else before, limit, jump)
    newer = found.newer
    if before is not None:
        newer = found.entries[0].entry.id if found.entries else UUID(int=max(before.int - 1, 0))
    return Page(found.entries, older=found.older, newer=newer, people=reader.people)


def _older(source: Source, reader: Reader, before: UUID, limit: int, jump: Jump | None) -> Page:
    shown: list[Shown] = []
    cursor, size, rounds = before, _first(limit), 0
    while True:
        entries = source(cursor, NIL, size + LOOK_BACK, newest_first=True)
        for entry, verdict in zip(entries, reader.shown(entries, examined=size), strict=False):
            cursor = entry.id
            if verdict is not None:
                shown.append(verdict)
            if len(shown) == limit:
                return Page(tuple(shown), older=cursor if entries[-1].id != cursor else None)
        if len(entries) <= size:
            return Page(tuple(shown))
        size, rounds = min(2 * size, MOST_AT_ONCE), rounds + 1
        if rounds >= ROUNDS and shown:
            return Page(tuple(shown), older=cursor)
        if rounds >= ROUNDS and jump is not None:
            found = jump(cursor)
            if found is None:
                return Page()
            cursor, size, rounds = UUID(int=found.int + 1), _first(limit), 0


def _newer(source: Source, reader: Reader, after: UUID, limit: int) -> Page:
    """Return the page immediately newer than ``after``, newest first."""
    shown: list[Shown] = []
    cursor, size, is_end = after, _first(limit), False
    while len(shown) < limit and not is_end:
        rising = source(MAX, cursor, size, newest_first=False)
        is_end = len(rising) < size
        for entry, verdict in zip(rising, _verdicts(source, reader, rising), strict=True):
            cursor = entry.id
            if verdict is not None:
                shown.append(verdict)
            if len(shown) == limit:
                is_end = is_end and entry.id == rising[-1].id
                break
        size = min(2 * size, MOST_AT_ONCE)
    older = shown[0].entry.id if shown else UUID(int=min(after.int + 1, MAX.int))
    return Page(tuple(reversed(shown)), older=older, newer=None if is_end else cursor)


def _verdicts(source: Source, reader: Reader, rising: list[Entry]) -> list[Shown | None]:
    """Return what is shown of ``rising``, oldest first, for which what lies below must be looked at too."""
    below = source(rising[0].id, NIL, LOOK_BACK, newest_first=True) if rising else []
    return reader.shown([*reversed(rising), *below], examined=len(rising))[::-1]


def _first(limit: int) -> int:
    """Return how many are examined at first: a few more than wanted, because most pages hold something hidden."""
    return limit + limit // 4
