"""Who has just written: the journal knows, for every way of logging in, and can't forget it as a cache might."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError

from apps.core import ids
from apps.core.breaker import Breaker, Open

from .handler import journal

MAY_WAIT = timedelta(minutes=10)
"""So long somebody's own pages ask the journal for what they wrote while the database of its rows was away."""

log = logging.getLogger(__name__)
breaker = Breaker(OperationalError, name="journal")
"""Pages ask, and go on without the journal: they must not each wait until it does not answer."""


def newest_of(actor_id: UUID) -> UUID | None:
    """Return the id of what somebody did last. Raises ``OperationalError`` and ``Open`` where the journal does not say."""
    with breaker.guarding():
        return journal().newest_of(actor_id)


def has_written(actor_id: UUID, *, since: datetime) -> bool:
    """Say whether somebody did anything after ``since``; True where the journal does not say."""
    try:
        newest = newest_of(actor_id)
    except (OperationalError, Open) as error:
        log.warning("recency_unknown", extra={"error": str(error)})
        return True
    return newest is not None and ids.moment_of(newest) > since
