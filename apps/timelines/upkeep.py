"""What timelines need now and then, after each round of the sweeper: trimming, cleaning, expiry."""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from apps.journal.handler import journal
from apps.journal.projection import NotYet, background, run_stage, stages_of
from apps.journal.signals import erased
from apps.journal.sweeper import swept

from .backends.base import Unavailable
from .handler import timelines
from .stages import DROP, FANOUT, OWN

log = logging.getLogger(__name__)

UNREAD = timedelta(days=30)
"""A timeline that nobody has read for so long expires, and so gets no pushes."""


REDELIVERED = timedelta(minutes=5)
"""So much is delivered again after a failover; whatever a store may have lost is younger."""


@receiver(swept, dispatch_uid="timelines.upkeep")
def tidy(*, now: datetime, **_: Any) -> None:
    try:
        timelines().trim(now=now)
        timelines().clean(now=now)
        timelines().expire(unread_since=now - UNREAD, now=now)
        if timelines().lost(now=now):
            deliver_again(now=now)
    except (Unavailable, NotYet) as error:
        log.warning("timelines_away", extra={"error": str(error)})


def deliver_again(*, now: datetime) -> None:
    """Repeat the drops and pushes of the last minutes, done or not: a store that failed over has lost the newest."""
    with background():
        for activity in journal().recent(now - REDELIVERED):
            for name in (DROP, OWN, FANOUT):
                if name in stages_of(activity):
                    run_stage(name, [activity], now=now)


@receiver(erased, dispatch_uid="timelines.erase")
def forget(*, actor_id: UUID, now: datetime, **_: Any) -> None:
    """Drop an erased person's own timeline. Their posts in others' are found gone at reading."""
    timelines().drop([actor_id], now=now)
