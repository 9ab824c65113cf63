"""Filling a page: examine entries in order until enough may be seen, each post once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from apps.accounts.selectors import suspended_ids
from apps.core.ids import MAX, NIL
from apps.graph import selectors as graph
from apps.graph.values import Relations
from apps.posts import selectors as posts
from apps.posts.values import Entry

from .predicates import may_see
from .values import Page, Shown

LOOK_BACK = 40
"""An entry is hidden when one of so many next older ones is of the same post and may be seen."""
ROUNDS = 5


class Source(Protocol):
    """Entries in the order of a feed, between two ids that are left out; fewer than ``limit`` only at the end."""

    def __call__(self, before: UUID, after: UUID, limit: int, *, newest_first: bool) -> list[Entry]: ...


@dataclass(frozen=True)
class Reader:
    """Who looks at a feed, and how. ``unmuted``: they visit a page on purpose, so their mutes don't count."""

    viewer_id: UUID
    now: datetime
    unmuted: bool = False

    def seen(self, entries: Sequence[Entry]) -> dict[UUID, Shown]:
        """Return what the viewer may see of ``entries``, by id: three queries, however many there are."""
        heads = posts.heads(ids={id for entry in entries for id in (entry.id, entry.post)})
        people = {head.author for head in heads.values()}
        relations, suspended = self._relations(people), suspended_ids(ids=people)
        found: dict[UUID, Shown] = {}
        for entry in entries:
            head, original = heads.get(entry.id), heads.get(entry.post)
            if head is None or original is None:
                continue
            if may_see(relations=relations, head=head, original=original, suspended=suspended, now=self.now):
                found[entry.id] = Shown(entry, head, original)
        return found

    def _relations(self, people: set[UUID]) -> Relations:
        relations = graph.relations(viewer_id=self.viewer_id if self.viewer_id != NIL else None, people=people)
        return relations.without_mutes() if self.unmuted else relations


def shown_once(entries: Sequence[Entry], seen: dict[UUID, Shown], examined: int) -> list[Shown | None]:
    """Return what is shown of the first ``examined`` of ``entries`` (newest first): None where nothing is."""
    verdicts: list[Shown | None] = []
    for at, entry in enumerate(entries[:examined]):
        older = entries[at + 1 : at + 1 + LOOK_BACK]
        is_twin = any(other.post == entry.post and other.id in seen for other in older)
        verdicts.append(None if is_twin else seen.get(entry.id))
    return verdicts


def page(
    source: Source,
    reader: Reader,
    *,
    before: UUID | None,
    after: UUID | None,
    limit: int,
    jump: Callable[[UUID], UUID | None] | None = None,
) -> Page:
    """Return the page older than ``before`` or newer than ``after``; the newest without either.

    ``jump`` finds, from a position on, the next older entry that may be seen: asked after five rounds with nothing.
    """
    if after is not None and before is None:
        return _newer(source, reader, after, limit)
    found = _older(source, reader, before or MAX, limit, jump)
    if before is None:
        return found
    newest = found.entries[0].entry.id if found.entries else UUID(int=max(before.int - 1, 0))
    return Page(found.entries, older=found.older, newer=newest)


def _older(
    source: Source, reader: Reader, before: UUID, limit: int, jump: Callable[[UUID], UUID | None] | None
) -> Page:
    shown: list[Shown] = []
    cursor, size, round = before, limit, 0
    while True:
        entries = source(cursor, NIL, size + LOOK_BACK, newest_first=True)
        for entry, verdict in zip(entries, shown_once(entries, reader.seen(entries), size), strict=False):
            cursor = entry.id
            if verdict is not None:
                shown.append(verdict)
            if len(shown) == limit:
                return Page(tuple(shown), older=cursor if entries[-1].id != cursor else None)
        if len(entries) <= size:
            return Page(tuple(shown))
        round, size = round + 1, size * 2
        if round >= ROUNDS and shown:
            return Page(tuple(shown), older=cursor)
        if round >= ROUNDS and jump is not None:
            next_seen = jump(cursor)
            if next_seen is None:
                return Page()
            cursor, size, round = UUID(int=next_seen.int + 1), limit, 0


def _newer(source: Source, reader: Reader, after: UUID, limit: int) -> Page:
    """Return the page immediately newer than ``after``, newest first."""
    shown: list[Shown] = []
    cursor, size = after, limit
    while True:
        rising = source(MAX, cursor, size, newest_first=False)
        if not rising:
            break
        below = source(rising[0].id, NIL, LOOK_BACK, newest_first=True)
        entries = [*reversed(rising), *below]
        verdicts = shown_once(entries, reader.seen(entries), len(rising))
        for entry, verdict in zip(rising, reversed(verdicts), strict=True):
            cursor = entry.id
            if verdict is not None:
                shown.append(verdict)
            if len(shown) == limit:
                break
        if len(shown) == limit or len(rising) < size:
            break
        size *= 2
    older = shown[0].entry.id if shown else UUID(int=min(after.int + 1, MAX.int))
    newer = cursor if len(shown) == limit else None
    return Page(tuple(reversed(shown)), older=older, newer=newer)
