"""A post whose rows wait for their database is shown to its author all the same: a page needs nothing but its activity."""

import logging
from datetime import datetime
from typing import Any

from django.db import OperationalError
from django.dispatch import receiver

from apps.core.ids import NIL
from apps.journal.activities import Activity
from apps.journal.signals import waits
from apps.posts.selectors import foreseen
from apps.posts.values import Entry

from . import epochs
from .backends.base import Unavailable
from .facts import keep_new
from .handler import timelines

log = logging.getLogger(__name__)


@receiver(waits, dispatch_uid="timelines.early")
def show_to_author(*, activity: Activity, now: datetime, **_: Any) -> None:
    """Put a post into its author's own timeline, if that stands in a store that answers. Only plain ones may wait."""
    if not timelines().keeps_facts:
        return
    post = foreseen(activity)
    entry = Entry(post.id, post.author, NIL, post.id, post.author, post.direct, ())
    try:
        epoch = epochs.current(now=now)
        if epoch is not None:
            keep_new(post)
            timelines().add(entry, tokens=timelines().markers([entry.author], entry_id=entry.id, epoch=epoch))
    except (Unavailable, OperationalError) as error:
        log.warning("not_shown_early", extra={"activity": str(activity.id), "error": str(error)})
