"""The sweeper: repeats what is pending. The queue only makes projection fast; this is what makes it right."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, islice

from django.conf import settings
from django.db import close_old_connections
from django.dispatch import Signal
from django.utils import timezone

from apps.core import ids, metrics

from . import heartbeat, leases, projection, services
from .activities import Activity
from .handler import journal

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=3)
"""What has no mark for so long is repeated: the jobs of a healthy process are done by then."""
BEHIND = timedelta(minutes=10)
"""The watermark stays so far behind: no append that is under way takes longer."""
LOOK_BACK = timedelta(hours=25)
"""The hourly comparison reaches so far: idempotency keys live 24 hours."""

WHOLE_EVERY = timedelta(seconds=30)
"""So often everything above the watermark is looked at; in between, what is younger than the last time (``_YOUNG``)."""
MEANWHILE = timedelta(seconds=3)
"""While a round lasts, so often what has settled meanwhile goes first."""
_YOUNG = WHOLE_EVERY + timedelta(seconds=15)
_AT_ONCE = 100
_WHOLE = "whole sweep"

Clock = Callable[[], datetime]
Leads = Callable[[], bool]
"""Says whether whoever sweeps may go on: where several could, nobody else has taken over."""

swept = Signal()
"""Sent with ``now`` and ``leads`` after each round: apps do their own upkeep (recount, trim, clean) then, and what is
long asks between two parts whether it may go on."""


@dataclass(frozen=True)
class Sweep:
    """What a round found: stages that were missing, and those set aside after too many failures."""

    missing: int
    set_aside: int


def sweep_in_turn(*, clock: Clock, patience: timedelta = PATIENCE, leads: Leads) -> Sweep:
    """Sweep what is young; every half minute, everything above the watermark."""
    now = clock()
    me = ids.mint(now=now)
    if not leases.take(_WHOLE, holder=me, now=now, lasts=PATIENCE):
        return sweep(now=now, patience=patience, since=now - _YOUNG, leads=leads, clock=clock)
    found = sweep(now=now, patience=patience, leads=leads, clock=clock)
    if leads():
        leases.renew(_WHOLE, holder=me, now=now, lasts=WHOLE_EVERY)
    return found


def look_at_everything() -> None:
    """Let the next round be a whole one: something that much waited for is there again."""
    leases.end(_WHOLE)


def sweep(
    *,
    now: datetime,
    patience: timedelta = PATIENCE,
    since: datetime | None = None,
    leads: Leads = lambda: True,
    clock: Clock | None = None,
) -> Sweep:
    """Repeat every pending stage since ``since``, or since the watermark and then raise that.

    What was set aside is left alone. With a ``clock``, what settles while the round lasts is swept too, and does not wait
    for its end.
    """
    clock = clock or (lambda: now)
    started = since or journal().watermark() or ids.EPOCH
    aside = set_aside()
    missing, left = 0, Backlog()
    with projection.background():
        for part in _in_fair_order(started, now, patience, clock):
            if not leads():
                return Sweep(missing, len(set_aside()))
            carried = services.carry_out_all(part, now=clock(), skip=aside)
            missing += carried.tried
            left.add(carried.left)
            heartbeat.beat()
    found = _ended(Sweep(missing, len(set_aside())), left, whole=since is None)
    if since is None:
        oldest = min(left.oldest.values(), default=now)
        journal().set_watermark(max(started, min(now - BEHIND, oldest)))  # never past something that is pending
    swept.send_robust(sender=None, now=now, leads=leads)  # What fails is logged, and keeps nothing else from its turn.
    return found


@dataclass
class Backlog:
    """What is pending: how many activities, and per stage when the oldest was accepted."""

    activities: int = 0
    oldest: dict[str, datetime] = field(default_factory=dict)

    def add(self, left: Iterable[tuple[Activity, set[str]]]) -> None:
        for activity, stages in left:
            self.activities += 1
            for name in stages:
                self.oldest[name] = min(activity.moment, self.oldest.get(name, activity.moment))


def _ended(found: Sweep, left: Backlog, *, whole: bool) -> Sweep:
    """Leave word of a round; what is pending is known after a whole one only."""
    metrics.count(metrics.SWEEPS)
    if whole:
        heartbeat.note(pending=left.activities, oldest=left.oldest, set_aside=found.set_aside)
    else:
        heartbeat.beat()
    return found


def set_aside() -> set[services.Mark]:
    """Return the (activity, stage) pairs that failed too often: visible to staff, repeated only by hand."""
    return {pair for pair, (times, _) in journal().failures().items() if times >= settings.JOURNAL_ATTEMPTS}


def take_up(*, now: datetime) -> int:
    """Repeat what was set aside, for whoever has mended the cause; return how many stages were tried."""
    aside, tried = set_aside(), 0
    with projection.background():
        for part in _batches(iter(journal().get({id for id, _ in aside}))):
            others = {(activity.id, name) for activity in part for name in projection.stages_of(activity)} - aside
            tried += services.carry_out_all(part, now=now, skip=others).tried
    return tried


def _in_fair_order(started: datetime, now: datetime, patience: timedelta, clock: Clock) -> Iterator[list[Activity]]:
    """Yield what has settled since ``started`` in batches: what is young first, so that it never waits for a backlog."""
    young, looked = max(started, now - _YOUNG), now - patience
    for part in chain(_newest_first(young, looked), _between(started, young)):
        yield part
        settled = clock() - patience
        if settled - looked >= MEANWHILE:
            yield from _newest_first(looked, settled)
            looked = settled


def _newest_first(since: datetime, until: datetime) -> Iterator[list[Activity]]:
    """Yield what was accepted from ``since`` to ``until``: less than a minute's, as it is sorted in memory."""
    found = (activity for activity in journal().recent(since) if since <= activity.moment <= until)
    yield from _batches(iter(sorted(found, key=lambda activity: activity.id, reverse=True)))


def _between(since: datetime, until: datetime) -> Iterator[list[Activity]]:
    """Yield what was accepted from ``since`` on and before ``until``, as the journal gives it: it may be much."""
    if since < until:
        yield from _batches(activity for activity in journal().recent(since) if activity.moment < until)


def _batches(activities: Iterator[Activity]) -> Iterator[list[Activity]]:
    while part := list(islice(activities, _AT_ONCE)):
        yield part


def tidy(*, now: datetime, leads: Leads = lambda: True) -> None:
    """Once an hour: erase once more what arrived late, compare the last 25 hours, drop old claims and marks."""
    for tombstone in journal().tombstones().values():  # First: the rest may be long, or fail.
        if now - services.ERASE_AGAIN_AFTER >= ids.moment_of(tombstone.erased_at) >= now - LOOK_BACK:
            try:
                services.carry_out_erasure(tombstone, now=now)
            except Exception:  # In an hour again; the others and the rest have their turn.
                log.exception("not_erased_again", extra={"actor": str(tombstone.actor_id)})
    sweep(now=now, since=now - LOOK_BACK, leads=leads)
    journal().forget_marks(before=min(now - LOOK_BACK, journal().watermark() or ids.EPOCH))
    journal().forget_claims(before=now - journal().claim_lifetime)


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
                sweep_in_turn(clock=timezone.now, patience=patience, leads=lambda: True)
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
