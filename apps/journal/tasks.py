"""The journal's jobs. They carry ids only and may be repeated."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import Task, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.core import ids
from apps.core.breaker import Breaker, Open

from . import leases, services, sweeper

LEASE = timedelta(seconds=5)
"""A leader that died is followed by another after so long; two at once would do no harm."""

_queue = Breaker(OperationalError, OSError, name="queue")
NOT_TAKEN = (OperationalError, OSError, Open)
"""Says that the queue did not take a job."""


def hand_over(task: "Task[Any, Any]", **what: str) -> None:
    """Put a job into the queue. A queue that hangs is soon left alone: the sweeper finds what it did not take.

    Raises one of ``NOT_TAKEN`` where the queue did not take it.
    """
    with _queue.guarding():
        task.delay(**what)


# One that was not begun by then is left to the sweeper, who takes hundreds at a time: so a queue that was stopped is
# soon through, and what is new does not wait behind what is old.
@shared_task(ignore_result=True, expires=sweeper.PATIENCE.total_seconds())
def carry_out(*, activity_id: str) -> None:
    services.carry_out(activity_id=UUID(activity_id), now=timezone.now())


@shared_task(ignore_result=True)
def sweep() -> None:
    """Repeat what is pending, where workers do it: one of them at a time."""
    leader = _Leader("sweep")
    if leader.leads():
        sweeper.sweep_in_turn(clock=timezone.now, leads=leader.leads)
        leader.retire()


@shared_task(ignore_result=True)
def tidy() -> None:
    leader = _Leader("tidy")
    if leader.leads():
        sweeper.tidy(now=timezone.now(), leads=leader.leads)
        leader.retire()


class _Leader:
    """Holds a lease for as long as it renews it."""

    def __init__(self, what: str) -> None:
        self.what, self.token = what, ids.mint(now=timezone.now())

    def leads(self) -> bool:
        """Renew the lease; say whether nobody else has taken it."""
        return leases.take(self.what, holder=self.token, now=timezone.now(), lasts=LEASE)

    def retire(self) -> None:
        leases.release(self.what, holder=self.token)
