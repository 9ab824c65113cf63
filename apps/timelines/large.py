"""Large fan-outs: in chunks, each a short job that hands on where it stands, so that small posts go between them.

What the whole takes is kept in the database. A chain of jobs that breaks is taken up by the sweeper where it stood; two
chains of one post do no harm, and the one that is behind ends at its next step.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from apps.core.rows import rows_by_id
from apps.journal.handler import journal
from apps.posts.values import Entry

from . import fanout
from .models import FanoutPosition

STALLED = timedelta(seconds=10)
"""A fan-out that has not moved for so long is taken up by somebody else."""


def under_way(activity_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of which a part is pushed already."""
    return frozenset(id for (id,) in rows_by_id(FanoutPosition, activity_ids, ("pk",)))


def forget_erased() -> None:
    """Let go of what stands of activities that are in the journal no more: nobody will go on with them."""
    standing = list(FanoutPosition.objects.order_by("pk").values_list("pk", flat=True))
    gone = set(standing) - {activity.id for activity in journal().get(standing)}
    FanoutPosition.objects.filter(pk__in=gone).delete()


def begin(activity_id: UUID, *, after: UUID, now: datetime, stalled: timedelta = STALLED) -> UUID | None:
    """Return where to go on; None while somebody else is at it. ``after`` is where one that is new stands."""
    held = FanoutPosition.objects.filter(pk=activity_id).first()
    if held is None:
        made = FanoutPosition(activity_id, position=after, moved_at=now)
        FanoutPosition.objects.bulk_create([made], ignore_conflicts=True)
        return after
    if now - held.moved_at < stalled:
        return None
    rows = FanoutPosition.objects.filter(pk=activity_id, position=held.position, moved_at=held.moved_at)
    return held.position if rows.update(moved_at=now) else None


def step(
    activity_id: UUID, entry: Entry, *, after: UUID, epoch: int, now: datetime, done: Callable[[], None]
) -> UUID | None:
    """Push the next chunk; return where it stands then. None at the end, after ``done``, or if another is ahead."""
    reached = fanout.push_chunk(entry, after=after, epoch=epoch)
    here = FanoutPosition.objects.filter(pk=activity_id, position=after)
    if not here.update(position=reached or after, moved_at=now):
        return None
    if reached is None:
        done()
        here.delete()
    return reached
