"""The query that a home timeline is a cache of: entries by people the viewer follows and by themselves."""

from collections.abc import Collection, Iterator, Sequence
from heapq import merge
from itertools import islice
from uuid import UUID

from apps.core.folds import batched
from apps.core.ids import MAX, NIL
from apps.posts import selectors as posts
from apps.posts.values import Entry

from .predicates import belongs

AUTHORS_AT_ONCE = 200
"""So many authors one query merges lazily on every database (see ``posts.ranges``)."""
_LEAST = 16


def entries(
    *,
    viewer_id: UUID,
    following: Collection[UUID],
    before: UUID = MAX,
    after: UUID = NIL,
    newest_first: bool = True,
    limit: int,
    authors: Collection[UUID] | None = None,
) -> list[Entry]:
    """Return what belongs between ``after`` and ``before``, at most ``limit``; fewer only when there is no more.

    ``authors`` narrows whose entries are looked at, ``following`` decides what belongs. Rows examined: at most
    3 × (authors + ``limit`` + those passed over because they don't belong).
    """
    whose = sorted({*following, viewer_id} if authors is None else authors)
    parts = list(batched(whose, AUTHORS_AT_ONCE))
    size = limit if len(parts) == 1 else max(_LEAST, 2 * limit // max(len(parts), 1))
    streams = [_stream(part, before, after, newest_first, size) for part in parts]
    found = merge(*streams, key=_position, reverse=newest_first)
    return list(islice((e for e in found if belongs(viewer_id=viewer_id, following=following, entry=e)), limit))


def _position(entry: Entry) -> int:
    return entry.id.int


def _stream(authors: Sequence[UUID], before: UUID, after: UUID, newest_first: bool, size: int) -> Iterator[Entry]:
    """Yield the entries of some authors in order, asking for more as they are used up, twice as many each time."""
    while size:
        found = posts.entries(authors=authors, before=before, after=after, newest_first=newest_first, limit=size)
        yield from found
        if len(found) < size:
            return
        before, after = (found[-1].id, after) if newest_first else (before, found[-1].id)
        size *= 2
