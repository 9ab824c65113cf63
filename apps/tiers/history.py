"""The last hour, a sample a minute: taken by whoever sweeps, kept where every server can read it.

It is a help for the eye and may be lost; Prometheus keeps what must be kept.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import caches
from django.dispatch import receiver

from apps.core import notes
from apps.journal import heartbeat
from apps.journal.sweeper import swept
from apps.timelines.stages import FANOUT

from . import counted, presence

log = logging.getLogger(__name__)

_KEY, _TURN, _COUNTED = "history:samples", "history:turn", "history:counted"
KEPT = timedelta(hours=1)
_EVERY_SECONDS = 60


@dataclass(frozen=True)
class Sample:
    """What a minute was like; times in seconds, None where nothing was to be measured.

    ``visible``: within this time 99 of 100 posts had reached everybody, as far as the machine that sweeps saw.
    """

    at: datetime
    requests: float | None
    p99: float | None
    visible: float | None
    pending: int


def samples(*, now: datetime) -> list[Sample]:
    """Return the samples of the last hour, oldest first. Raises what the cache raises while it is away."""
    kept = notes.read(_KEY, list[Sample]) or []
    return [sample for sample in kept if now - sample.at < KEPT]


@receiver(swept, dispatch_uid="tiers.history")
def sample(*, now: datetime, **_: Any) -> None:
    """Take a sample once a minute."""
    try:
        if caches["locks"].add(_TURN, 1, _EVERY_SECONDS):
            notes.leave(_KEY, [*samples(now=now), _taken(now)], seconds=KEPT.total_seconds())
    except Exception as error:  # Sweeping goes on where nobody can be told.
        log.warning("history_not_kept", extra={"error": str(error)})


def _taken(now: datetime) -> Sample:
    servers = [word.requests for word in presence.present() if word.kind == presence.WEB and word.is_alive(now)]
    p99 = max((server.p99 for server in servers if server.p99 is not None), default=None)
    before: dict[float, float] | None = caches["locks"].get(_COUNTED)
    now_counted = counted.buckets("prowl_stage_seconds", stage=FANOUT)
    caches["locks"].set(_COUNTED, now_counted, KEPT.total_seconds())
    heard = heartbeat.last()
    visible = None if before is None else quantile(now_counted, before, 0.99)
    rate = sum(server.per_second for server in servers) if servers else None
    return Sample(now, rate, p99, visible, heard.pending if heard else 0)


def quantile(counted: Mapping[float, float], before: Mapping[float, float], share: float) -> float | None:
    """Return the bound within which ``share`` of what was counted since ``before`` lies; None if nothing was.

    Both are a histogram's cumulative counts by upper bound. Beyond the last finite bound, that bound is returned.
    """
    new = {bound: count - before.get(bound, 0) for bound, count in counted.items()}
    if any(count < 0 for count in new.values()):  # Whoever counted has begun anew.
        new = dict(counted)
    total = max(new.values(), default=0)
    if not total:
        return None
    finite = [bound for bound in sorted(new) if bound != float("inf")]
    return next((bound for bound in finite if new[bound] >= share * total), finite[-1])


def column(taken: Iterable[Sample], name: str) -> list[tuple[datetime, float]]:
    """Return one measure over time, without the minutes that have none."""
    return [(one.at, float(value)) for one in taken if (value := getattr(one, name)) is not None]
