"""The sweeper: repeats what is pending. The queue only makes projection fast; this is what makes it right."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db import close_old_connections
from django.dispatch import Signal
from django.utils import timezone

from apps.core import ids, metrics

from . import heartbeat, projection, services
from .activities import Activity
from .handler import journal

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=3)
"""What has no mark for so long is repeated: the jobs of a healthy process are done by then."""
BEHIND = timedelta(minutes=10)
"""The watermark stays so far behind: no append that is under way takes longer."""
LOOK_BACK = timedelta(hours=25)
"""The hourly comparison reaches so far: idempotency keys live 24 hours."""

swept = Signal()
"""Sent with ``now`` after each round: apps do their own upkeep (recount, trim, clean) then."""


@dataclass(frozen=True)
class Sweep:
    """What a round found: stages that were missing, and those set aside after too many failures."""

    missing: int
    set_aside: int


def sweep(
    *, now: datetime, patience: timedelta = PATIENCE, since: datetime | None = None, failed_too: bool = False
) -> Sweep:
    """Repeat every pending stage since the watermark (or ``since``), then raise the watermark.

    What was set aside is left alone, unless ``failed_too``: whoever mended the cause asks for that.
    """
    started = since or journal().watermark() or ids.EPOCH
    aside = set_aside()
    missing = 0
    with projection.background():
        for part in _batches(journal().recent(started)):
            settled = [a for a in part if a.moment <= now - patience]
            missing += services.carry_out_all(settled, now=now, skip=() if failed_too else aside)
            heartbeat.beat()
    left = _left_undone(started, now=now - patience)
    if since is None:
        oldest = min(left.oldest.values(), default=now)
        journal().set_watermark(max(started, min(now - BEHIND, oldest)))  # never past something that is pending
    swept.send(sender=None, now=now)
    found = Sweep(missing, len(set_aside()))
    heartbeat.note(pending=left.activities, oldest=left.oldest, set_aside=found.set_aside)
    metrics.count(metrics.SWEEPS)
    return found


@dataclass(frozen=True)
class Backlog:
    """What is pending: how many activities, and per stage when the oldest was accepted."""

    activities: int
    oldest: dict[str, datetime]


def _left_undone(since: datetime, *, now: datetime) -> Backlog:
    count, oldest = 0, dict[str, datetime]()
    for activity, missing in pending_since(since, now=now):
        count += 1
        for name in missing:
            oldest[name] = min(activity.moment, oldest.get(name, activity.moment))
    return Backlog(count, oldest)


def set_aside() -> set[tuple]:  # type: ignore[type-arg]
    """Return the (activity, stage) pairs that failed too often: visible to staff, repeated only by hand."""
    return {pair for pair, (times, _) in journal().failures().items() if times >= settings.JOURNAL_ATTEMPTS}


def pending_since(moment: datetime, *, now: datetime) -> Iterator[tuple[Activity, set[str]]]:
    """Yield activities accepted in ``moment``…``now`` of which a stage is not done, with the names of those stages.

    One that this process does not know stays pending for a newer one.
    """
    aside = set_aside()
    for part in _batches(journal().recent(moment)):
        done = journal().marks([activity.id for activity in part])
        for activity in part:
            wanted = projection.stages_of(activity) or {projection.ROW}
            missing = {name for name in wanted - done.get(activity.id, set()) if (activity.id, name) not in aside}
            if activity.moment <= now and missing:
                yield activity, missing


def _batches(activities: Iterator[Activity]) -> Iterator[list[Activity]]:
    while part := list(islice(activities, 500)):
        yield part


def tidy(*, now: datetime) -> None:
    """Once an hour: compare the last 25 hours, drop old claims and marks, erase once more what arrived late."""
    sweep(now=now, since=now - LOOK_BACK)
    journal().forget_marks(before=min(now - LOOK_BACK, journal().watermark() or ids.EPOCH))
    journal().forget_claims(before=now - journal().claim_lifetime)
    for tombstone in journal().tombstones().values():
        if now - services.ERASE_AGAIN_AFTER >= ids.moment_of(tombstone.erased_at) >= now - LOOK_BACK:
            services.erase_rows(actor_id=tombstone.actor_id, now=now)


class Sweeper(threading.Thread):
    """Sweeps in a thread of the one process, where there is no worker that would."""

    def __init__(self, *, every: float = PATIENCE.total_seconds()) -> None:
        super().__init__(name="sweeper", daemon=True)
        self.every, self.stopped = every, threading.Event()

    def run(self) -> None:
        tidied: datetime | None = None
        patience = timedelta(0)  # At start at once: what is pending then belongs to a process that died.
        while True:
            now = timezone.now()
            try:
                sweep(now=now, patience=patience)
                if tidied is None or now - tidied >= timedelta(hours=1):
                    tidy(now=now)
                    tidied = now
            except Exception:
                log.exception("sweep_failed")
            finally:
                close_old_connections()
            patience = PATIENCE
            if self.stopped.wait(self.every):
                return

    def stop(self) -> None:
        self.stopped.set()
        self.join()
