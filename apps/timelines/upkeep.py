"""What timelines need now and then, after each round of the sweeper: trimming, cleaning, expiry."""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from apps.journal.projection import NotYet
from apps.journal.signals import erased, replayed
from apps.journal.sweeper import Leads, swept

from . import large, redelivery
from .backends.base import Unavailable
from .encoding import CARD, key
from .handler import timelines

log = logging.getLogger(__name__)

UNREAD = timedelta(days=30)
"""A timeline that nobody has read for so long expires, and so gets no pushes."""


@receiver(swept, dispatch_uid="timelines.upkeep")
def tidy(*, now: datetime, leads: Leads = lambda: True, **_: Any) -> None:
    try:
        timelines().trim(now=now)
        timelines().clean(now=now)
        timelines().expire(unread_since=now - UNREAD, now=now)
        redelivery.make_good(now=now, leads=leads)
    except (Unavailable, NotYet) as error:
        log.warning("timelines_away", extra={"error": str(error)})


@receiver(erased, dispatch_uid="timelines.erase")
def forget(*, actor_id: UUID, now: datetime, **_: Any) -> None:
    """Drop an erased person's own timeline. Their posts in others' are found gone at reading, for their card is."""
    large.forget_erased()
    timelines().drop([actor_id], now=now)
    timelines().forget([key(CARD, actor_id)])


@receiver(replayed, dispatch_uid="timelines.empty")
def empty(**_: Any) -> None:
    """A replay mends rows without an activity that would say so."""
    if timelines().keeps_facts:
        timelines().empty()
