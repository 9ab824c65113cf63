"""Entries that are merged at reading, because their authors had too many followers to push to (``Post.pushed``)."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.core.cache import caches
from django.db import OperationalError
from django.dispatch import receiver

from apps.core.away import is_away
from apps.core.ids import NIL
from apps.graph import selectors as graph
from apps.journal.activities import Activity
from apps.journal.signals import projected
from apps.posts import selectors as posts
from apps.posts.values import Entry

from .predicates import belongs

_KNOWN, _KEPT_SECONDS = "merge-authors", 5
"""Another process's first merged entry of an author comes so late at most, as a push may."""
_LAST, _LAST_SECONDS = "merge-authors-last", 3600


def authors() -> frozenset[UUID]:
    """Return all authors who have merged entries; while the database does not answer, those that were known last."""
    known: frozenset[UUID] | None = caches["process"].get(_KNOWN)
    return _asked() if known is None else known


def _asked() -> frozenset[UUID]:
    last: frozenset[UUID] | None = caches["process"].get(_LAST)
    try:
        found = last if last is not None and is_away() else posts.merge_authors()
    except OperationalError:
        if last is None:
            raise
        found = last
    caches["process"].set(_KNOWN, found, _KEPT_SECONDS)
    caches["process"].set(_LAST, found, _LAST_SECONDS)
    return found


@receiver(projected, dispatch_uid="timelines.merging")
def _forget(*, activity: Activity, **_: Any) -> None:
    if not activity.payload.get("pushed", True):
        caches["process"].delete(_KNOWN)


def entries(
    *, viewer_id: UUID, authors: Collection[UUID], before: UUID, after: UUID, newest_first: bool, limit: int
) -> list[Entry]:
    """Return the merged entries that belong of ``authors``, whom the viewer follows; fewer only when there are no more.

    The graph is asked about those whom they reply to, not about all whom the viewer follows.
    """
    kept: list[Entry] = []
    whose, size = sorted(authors), limit
    while whose and len(kept) < limit:
        found = posts.entries(
            authors=whose, before=before, after=after, newest_first=newest_first, limit=size, merged_only=True
        )
        kept += _belonging(viewer_id, authors, found)
        if len(found) < size:
            break
        before, after = (found[-1].id, after) if newest_first else (before, found[-1].id)
        size *= 2
    return kept[:limit]


def _belonging(viewer_id: UUID, authors: Collection[UUID], found: Sequence[Entry]) -> list[Entry]:
    people = {entry.person for entry in found} - {NIL, *authors}
    relations = graph.relations(viewer_id=viewer_id, people=people)
    following = {*authors, *(person for person in people if relations.follows(person))}
    return [entry for entry in found if belongs(viewer_id=viewer_id, following=following, entry=entry)]
