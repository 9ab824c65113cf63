"""The journal's jobs. They carry ids only and may be repeated."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from celery import shared_task
from django.core.cache import caches
from django.utils import timezone

from . import services, sweeper

_LEADS_SECONDS = 600
"""A leader that died is followed by another after so long; two at once would do no harm."""


@shared_task(ignore_result=True)
def carry_out(*, activity_id: str) -> None:
    services.carry_out(activity_id=UUID(activity_id), now=timezone.now())


@shared_task(ignore_result=True)
def sweep() -> None:
    """Repeat what is pending, where workers do it: one of them at a time."""
    with _leading("sweep") as leads:
        if leads:
            sweeper.sweep(now=timezone.now())


@shared_task(ignore_result=True)
def tidy() -> None:
    with _leading("tidy") as leads:
        if leads:
            sweeper.tidy(now=timezone.now())


@contextmanager
def _leading(what: str) -> Iterator[bool]:
    """Say whether nobody else is at it."""
    leads = bool(caches["locks"].add(f"leads:{what}", 1, _LEADS_SECONDS))
    try:
        yield leads
    finally:
        if leads:
            caches["locks"].delete(f"leads:{what}")
