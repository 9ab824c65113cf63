"""Jobs of large fan-outs."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from apps.journal.tasks import hand_over

from . import large, stages


# One that was not begun by then is taken up by the sweeper where it stood.
@shared_task(ignore_result=True, expires=large.STALLED.total_seconds())
def push_on(*, activity_id: str, after: str) -> None:
    """Push a chunk and hand on the next. The followers up to ``after`` have it."""
    reached = stages.push_on(activity_id=UUID(activity_id), after=UUID(after), now=timezone.now())
    if reached:
        hand_over(push_on, activity_id=activity_id, after=reached.hex)
