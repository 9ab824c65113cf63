"""What belongs to a viewer's home timeline: from the stored part, below its coverage from the oracle.

It is the source of home pages. What may be seen of it is decided by whoever reads (``walk``).
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from apps.core import ids
from apps.core.ids import MAX, NIL
from apps.graph import selectors as graph
from apps.posts import selectors as posts
from apps.posts.values import Entry

from . import epochs, oracle
from .backends.base import Part
from .handler import timelines


class Home:
    """A viewer's home timeline, for one request: whom they follow is asked for at most once."""

    def __init__(self, viewer_id: UUID, *, now: datetime) -> None:
        self.viewer_id, self.now = viewer_id, now
        self._following: frozenset[UUID] | None = None
        self._merged: tuple[frozenset[UUID], frozenset[UUID]] | None = None

    @property
    def following(self) -> frozenset[UUID]:
        if self._following is None:
            self._following = graph.following_ids(person_id=self.viewer_id)
        return self._following

    def fetch(self, before: UUID, after: UUID, limit: int, *, newest_first: bool = True) -> list[Entry]:
        """Return what belongs between ``after`` and ``before``, at most ``limit``; fewer only when there is no more."""
        part = self._stored(before, after, limit, newest_first)
        if part is None:
            return self._asked(before, after, limit, newest_first)
        found = [*part.entries, *self._merged_entries(before, after, limit, newest_first, part.coverage)]
        found = _in_order(found, newest_first)[:limit]
        if newest_first and len(found) < limit and part.coverage != NIL and part.coverage > after:
            found += self._asked(min(before, part.coverage), after, limit - len(found), newest_first)
        return found

    def _stored(self, before: UUID, after: UUID, limit: int, newest_first: bool) -> Part | None:
        epoch = epochs.current(now=self.now)
        if epoch is None or not timelines().stores:
            return None

        def read() -> Part | None:
            return timelines().read(
                self.viewer_id,
                epoch=epoch,
                before=before,
                after=after,
                newest_first=newest_first,
                limit=limit,
                now=self.now,
            )

        part = read()
        if part is None and self.build(epoch=epoch):
            part = read()
        return part

    def build(self, *, epoch: int) -> bool:
        """Store the oracle's answer, unless somebody else is at it or it was dropped meanwhile."""
        token = ids.mint(now=self.now)
        if not timelines().begin(self.viewer_id, epoch=epoch, token=token, now=self.now):
            return False
        self._following = None  # Asked for again: the marker must stand before.
        cap = timelines().cap
        found = self._asked(MAX, NIL, cap, newest_first=True)
        coverage = found[-1].id if len(found) == cap else NIL
        return timelines().complete(self.viewer_id, token=token, entries=found, coverage=coverage)

    def _asked(self, before: UUID, after: UUID, limit: int, newest_first: bool) -> list[Entry]:
        return oracle.entries(
            viewer_id=self.viewer_id,
            following=self.following,
            before=before,
            after=after,
            newest_first=newest_first,
            limit=limit,
        )

    def _merged_entries(self, before: UUID, after: UUID, limit: int, newest_first: bool, coverage: UUID) -> list[Entry]:
        """Return the entries that are merged instead of pushed, within what the stored part covers."""
        authors, following = self._merged_authors()
        if not authors:
            return []
        floor = max(after, UUID(int=coverage.int - 1)) if coverage != NIL else after
        return oracle.entries(
            viewer_id=self.viewer_id,
            following=following,
            before=before,
            after=floor,
            newest_first=newest_first,
            limit=limit,
            merged_only=True,
            authors=authors,
        )

    def _merged_authors(self) -> tuple[frozenset[UUID], frozenset[UUID]]:
        """Return the followed authors who have merged entries, and all whom the viewer follows if there are any."""
        if self._merged is None:
            known = posts.merge_authors() - {self.viewer_id}
            relations = graph.relations(viewer_id=self.viewer_id, people=known)
            followed = frozenset(person for person in known if relations.follows(person))
            self._merged = (followed, self.following if followed else frozenset())
        return self._merged


def _in_order(entries: Iterable[Entry], newest_first: bool) -> list[Entry]:
    return sorted({entry.id: entry for entry in entries}.values(), key=lambda entry: entry.id, reverse=newest_first)
