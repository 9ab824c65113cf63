"""The journal's jobs. They carry ids only and may be repeated."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from . import services


@shared_task(ignore_result=True)
def carry_out(*, activity_id: str) -> None:
    services.carry_out(activity_id=UUID(activity_id), now=timezone.now())
