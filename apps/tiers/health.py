"""What must work (django-health-check): for this server to take requests, and for the site to be whole."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.utils import timezone
from health_check.base import HealthCheck
from health_check.exceptions import ServiceUnavailable, ServiceWarning

from apps.journal import clock, heartbeat
from apps.journal.handler import journal
from apps.timelines import stages
from apps.timelines.backends.base import Unavailable
from apps.timelines.handler import timelines

from . import presence, stores
from .nodes import Place, State
from .probing import NoAnswer, side_by_side

T = TypeVar("T")
DEADLINE_SECONDS = 1.0
"""So long a check waits for any store."""
OLDEST_PENDING = timedelta(minutes=2)
"""Projection that is so far behind is dead, not slow: readers miss posts."""
_OF_TIMELINES = frozenset({stages.DROP, stages.OWN, stages.FANOUT})


@dataclasses.dataclass
class Rows(HealthCheck):
    """Some server of the database answers that pages are read from. Which of them takes writes may change meanwhile."""

    def run(self) -> None:
        ask = partial(stores.ask, Place.STORE, stores.rows(), within=DEADLINE_SECONDS)
        nodes = _within_deadline("the database", ask)
        if all(node.state is State.DEAD for node in nodes):
            raise ServiceUnavailable(f"no server of the database answers: {nodes[0].note}")


@dataclasses.dataclass
class Clock(HealthCheck):
    """This process's clock agrees with the journal's to a second. While nobody tells it is taken to be right."""

    def run(self) -> None:
        try:
            ahead = _within_deadline("the journal's clock", lambda: clock.offset(now=timezone.now()))
        except ServiceUnavailable as error:
            raise ServiceWarning(error.message) from error
        if abs(ahead) > clock.LIMIT_SECONDS:
            raise ServiceUnavailable(f"the clock is off by {ahead:+.1f} s")


@dataclasses.dataclass
class Journal(HealthCheck):
    """The journal answers, as a majority of its cluster where it is one. Without it nothing can be written; reading goes on."""

    def run(self) -> None:
        _within_deadline("the journal", journal().watermark)


@dataclasses.dataclass
class Timelines(HealthCheck):
    """Stored timelines answer. Without them reading goes on from the database: a warning."""

    def run(self) -> None:
        if _are_away():
            raise ServiceWarning("stored timelines are away; feeds come from the database")


@dataclasses.dataclass
class Projection(HealthCheck):
    """What is accepted is projected: the sweeper makes its rounds, and leaves nothing undone for long."""

    def run(self) -> None:
        now = timezone.now()
        heard = _within_deadline("what the sweeper says", heartbeat.last)
        if heard is None or heard.age(now) > heartbeat.SILENT_AFTER:
            when = f"since {heard.heard:%H:%M:%S}" if heard else "yet"
            raise ServiceUnavailable(f"nobody has swept {when}: posts may reach nobody")
        oldest = heard.waiting_since(besides=_OF_TIMELINES if _are_away() else ())
        if oldest is not None and now - oldest > OLDEST_PENDING:
            raise ServiceUnavailable(f"something accepted at {oldest:%H:%M:%S} is not projected yet")


@dataclasses.dataclass
class Workers(HealthCheck):
    """Where jobs are queued, somebody takes them."""

    def run(self) -> None:
        if settings.CELERY_TASK_ALWAYS_EAGER:
            return
        now = timezone.now()
        words = [w for w in _within_deadline("who works", presence.present) if w.kind == presence.WORKER]
        if not any(word.is_alive(now) for word in words):
            last = max((word.heard for word in words), default=None)
            raise ServiceUnavailable(
                f"no worker takes jobs{f' since {last:%H:%M:%S}' if last else ''}: posts may reach nobody"
            )


def _within_deadline(what: str, ask: Callable[[], T]) -> T:
    """Return what ``ask`` says, or fail: a store that hangs must not hang the check."""
    said = side_by_side({f"health: {what}": ask}, seconds=DEADLINE_SECONDS)[f"health: {what}"]
    if isinstance(said, NoAnswer):
        raise ServiceUnavailable(f"{what} can't be read: {said}")
    return said


def _are_away() -> bool:
    def ask() -> bool:
        try:
            timelines().ping()
        except Unavailable:
            return True
        return False

    said = side_by_side({"health: timelines": ask}, seconds=DEADLINE_SECONDS)["health: timelines"]
    return isinstance(said, NoAnswer) or said
