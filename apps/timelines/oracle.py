"""The query that a home timeline is a cache of: entries by people the viewer follows and by themselves."""

from collections.abc import Callable, Collection
from uuid import UUID

from apps.core.ids import MAX, NIL
from apps.posts import selectors as posts
from apps.posts.values import Entry

from .predicates import belongs

Fetch = Callable[[UUID, UUID, int], list[Entry]]
"""Returns the next entries between ``before`` and ``after``, at most so many, in the order asked for."""


def entries(
    *,
    viewer_id: UUID,
    following: Collection[UUID],
    before: UUID = MAX,
    after: UUID = NIL,
    newest_first: bool = True,
    limit: int,
    merged_only: bool = False,
    authors: Collection[UUID] | None = None,
) -> list[Entry]:
    """Return entries that belong, between ``after`` and ``before``, at most ``limit``; fewer only when there are no more.

    ``authors`` narrows whose entries are looked at, ``following`` decides what belongs.
    """
    whose = sorted({*following, viewer_id} if authors is None else authors)

    def fetch(before: UUID, after: UUID, size: int) -> list[Entry]:
        return posts.entries(
            authors=whose, before=before, after=after, newest_first=newest_first, limit=size, merged_only=merged_only
        )

    def is_mine(entry: Entry) -> bool:
        return belongs(viewer_id=viewer_id, following=following, entry=entry)

    return collect(fetch, is_mine, before=before, after=after, newest_first=newest_first, limit=limit)


def collect(
    fetch: Fetch, keep: Callable[[Entry], bool], *, before: UUID, after: UUID, newest_first: bool, limit: int
) -> list[Entry]:
    """Fetch deeper, twice as much each time, until ``limit`` entries are kept or there are no more."""
    kept: list[Entry] = []
    size = limit
    while len(kept) < limit:
        found = fetch(before, after, size)
        kept += [entry for entry in found if keep(entry)]
        if len(found) < size:
            break
        before, after = (found[-1].id, after) if newest_first else (before, found[-1].id)
        size *= 2
    return kept[:limit]
