"""Which backend the site's timelines are in. A process with another setting stores nothing, and pushes nothing."""

import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from apps.core.ids import key_of

from .models import Epoch

_ID = key_of("epoch")
KEPT = timedelta(seconds=1)
"""So long a process may act on an epoch that was: a switch repeats what was pushed meanwhile."""

_lock = threading.Lock()
_known: tuple[datetime, int | None] | None = None


def current(*, now: datetime) -> int | None:
    """Return the epoch; None if the site's timelines are in another backend than this process's setting says."""
    global _known
    with _lock:
        if _known is None or not timedelta(0) <= now - _known[0] < KEPT:
            _known = (now, _read())
        return _known[1]


def _read() -> int | None:
    name = settings.TIMELINES["BACKEND"]
    row = Epoch.objects.filter(pk=_ID).first()
    if row is None:
        Epoch.objects.bulk_create([Epoch(_ID, name=name, number=1)], ignore_conflicts=True)
        row = Epoch.objects.get(pk=_ID)
    return row.number if row.name == name else None


def switch() -> int:
    """Say that the site's timelines are where this process's setting says, and begin anew; return the new epoch."""
    _read()
    Epoch.objects.filter(pk=_ID).update(name=settings.TIMELINES["BACKEND"], number=F("number") + 1)
    forget()
    return Epoch.objects.get(pk=_ID).number


def forget() -> None:
    """Ask anew at the next call."""
    global _known
    _known = None
