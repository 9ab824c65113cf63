"""What belongs to a viewer's home timeline: from the stored part, below its coverage from the oracle.

It is the source of home pages. What may be seen of it is decided by whoever reads (``walk``).
"""

import logging
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, OperationalError
from django.utils.functional import cached_property

from apps.core import ids, metrics
from apps.core.freshness import may_be_stale
from apps.core.ids import MAX, NIL
from apps.graph import selectors as graph
from apps.journal.services import catch_up
from apps.posts.values import Entry

from . import epochs, merging, oracle
from .backends.base import Along, Part, Unavailable
from .facts import Facts
from .handler import timelines

log = logging.getLogger(__name__)

_MOST_ALONG = 1_000


class Home:
    """A viewer's home timeline, for one request: whom they follow is asked for at most once."""

    def __init__(self, viewer_id: UUID, *, now: datetime, facts: Facts | None = None) -> None:
        self.viewer_id, self.now, self.degraded = viewer_id, now, False
        self.facts = facts or Facts(viewer_id)

    @cached_property
    def following(self) -> frozenset[UUID]:
        return graph.following_ids(person_id=self.viewer_id)

    @cached_property
    def merging(self) -> frozenset[UUID]:
        return merging.authors()

    @cached_property
    def merged_authors(self) -> frozenset[UUID]:
        relations = self.facts.relations(self.merging)
        return frozenset(person for person in self.merging if relations.follows(person))

    def fetch(self, before: UUID, after: UUID, limit: int, *, newest_first: bool = True) -> list[Entry]:
        """Return what belongs between ``after`` and ``before``, at most ``limit``; fewer only when there is no more."""
        part = self._stored_if_possible(before, after, limit, newest_first)
        if part is None:
            catch_up(actor_id=self.viewer_id, now=self.now)
            return self._asked(before, after, limit, newest_first)
        if not self.merged_authors and len(part.entries) == limit:
            return list(part.entries)
        floor = after if part.coverage == NIL else max(after, UUID(int=part.coverage.int - 1))
        merged = self._merged(before, floor, limit, newest_first)
        found = _in_order([*part.entries, *merged], newest_first)[:limit]
        if newest_first and len(found) < limit and part.coverage > after:
            found += self._asked(min(before, part.coverage), after, limit - len(found), newest_first)
        return found

    def _merged(self, before: UUID, after: UUID, limit: int, newest_first: bool) -> list[Entry]:
        """Return what is merged at reading; nothing while the database does not answer, and what is stored is shown."""
        try:
            return merging.entries(
                viewer_id=self.viewer_id,
                authors=self.merged_authors,
                before=before,
                after=after,
                newest_first=newest_first,
                limit=limit,
            )
        except OperationalError as error:
            self.degraded = True
            log.warning("not_merged", extra={"owner": str(self.viewer_id), "error": str(error)})
            return []

    def _stored_if_possible(self, before: UUID, after: UUID, limit: int, newest_first: bool) -> Part | None:
        """Where the store takes no writes just now, reading goes on from the oracle: a first read writes."""
        try:
            part = self._stored(before, after, limit, newest_first)
        except (DatabaseError, Unavailable):
            self.degraded = True
            metrics.count(metrics.TIMELINE_READS, "degraded")
            log.warning("timeline_not_stored", exc_info=True, extra={"owner": str(self.viewer_id)})
            return None
        metrics.count(metrics.TIMELINE_READS, "query" if part is None else "store")
        return part

    def _stored(self, before: UUID, after: UUID, limit: int, newest_first: bool) -> Part | None:
        """Return the stored part, built if there is none; None while somebody else builds it."""
        epoch = epochs.current(now=self.now)
        if epoch is None or not timelines().stores:
            return None

        along = Along(tuple(sorted(self.merging))[:_MOST_ALONG], posts=limit)

        def read() -> Part | None:
            return timelines().read(
                self.viewer_id,
                epoch=epoch,
                before=before,
                after=after,
                newest_first=newest_first,
                limit=limit,
                now=self.now,
                along=along,
            )

        part = read()
        if part is None and self.build(epoch=epoch):
            part = read()
        if part is not None:
            self.facts.note(part)
        return part

    def build(self, *, epoch: int) -> bool:
        """Store the oracle's answer, unless somebody else is at it or it was dropped meanwhile."""
        token = ids.mint(now=self.now)
        if not timelines().begin(self.viewer_id, epoch=epoch, token=token, now=self.now):
            return False
        catch_up(actor_id=self.viewer_id, now=self.now)
        vars(self).pop("following", None)  # Asked for again: the marker must stand before.
        cap = timelines().cap
        found = self._asked(MAX, NIL, cap, newest_first=True, late=False)
        coverage = found[-1].id if len(found) == cap else NIL
        return timelines().complete(self.viewer_id, token=token, entries=found, coverage=coverage)

    def _asked(self, before: UUID, after: UUID, limit: int, newest_first: bool, *, late: bool = True) -> list[Entry]:
        """Ask the oracle. Of what is not stored its entries may be ``late``: each is checked again by whoever reads."""
        following = self.following  # Never late.
        with may_be_stale(reader_id=self.viewer_id, now=self.now) if late else nullcontext():
            return oracle.entries(
                viewer_id=self.viewer_id,
                following=following,
                before=before,
                after=after,
                newest_first=newest_first,
                limit=limit,
            )


def _in_order(entries: Iterable[Entry], newest_first: bool) -> list[Entry]:
    return sorted({entry.id: entry for entry in entries}.values(), key=lambda entry: entry.id.int, reverse=newest_first)
