"""What must work before this process may take requests (django-health-check)."""

import dataclasses
from datetime import datetime, timedelta
from hmac import compare_digest

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone
from health_check.base import HealthCheck
from health_check.exceptions import ServiceUnavailable

from apps.journal import clock, sweeper
from apps.journal.handler import journal

OLDEST_PENDING = timedelta(minutes=2)
"""Projection that is so far behind is dead, not slow: readers miss posts."""


@dataclasses.dataclass
class Journal(HealthCheck):
    """The journal answers, and this process's clock agrees with it to a second."""

    def run(self) -> None:
        try:
            ahead = clock.offset(now=timezone.now())
            journal().watermark()
        except DatabaseError as error:
            raise ServiceUnavailable(f"the journal does not answer: {type(error).__name__}") from error
        finally:
            connections.close_all()  # This runs in a thread of its own.
        if abs(ahead) > clock.LIMIT_SECONDS:
            raise ServiceUnavailable(f"the clock is off by {ahead:+.1f} s")


@dataclasses.dataclass
class Projection(HealthCheck):
    """Nothing that was accepted waits for long: fan-out is alive, not only HTTP."""

    def run(self) -> None:
        try:
            oldest = _oldest_pending(timezone.now())
        except DatabaseError as error:
            raise ServiceUnavailable(f"the journal does not answer: {type(error).__name__}") from error
        finally:
            connections.close_all()
        if oldest is not None:
            raise ServiceUnavailable(f"something accepted at {oldest:%H:%M:%S} is not projected yet")


def _oldest_pending(now: datetime) -> datetime | None:
    """Return the moment of what has been pending for longer than two minutes, of the last ten."""
    pending = sweeper.pending_since(now - sweeper.BEHIND, now=now - OLDEST_PENDING)
    return min((activity.moment for activity in pending if activity.is_known), default=None)


def may_see_details(*, address: str, token: str) -> bool:
    """Say whether details may be shown: on loopback, or with the token of the settings."""
    expected = settings.HEALTH_TOKEN
    return address in ("127.0.0.1", "::1") or (bool(expected) and compare_digest(token.encode(), expected.encode()))
