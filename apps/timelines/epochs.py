"""Which backend the site's timelines are in. A process with another setting stores nothing, and pushes nothing."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError
from django.db.models import F

from apps.core.away import is_away
from apps.core.ids import key_of

from .handler import timelines
from .models import Epoch

_ID = key_of("epoch")
KEPT = timedelta(seconds=1)
"""So long a read may act on an epoch that was. Whoever pushes or drops asks for the ``certain`` one.

Then a switch needs no more: what is pushed or dropped under the epoch before it had its row written before it, and
every timeline of the new epoch is built after it.
"""

_known: tuple[datetime, int | None] | None = None


def current(*, now: datetime) -> int | None:
    """Return the epoch; None if the site's timelines are in another backend than this process's setting says.

    While the database does not answer it is what was known last: nobody can switch then.
    """
    global _known
    known = _known
    if known is not None and (timedelta(0) <= now - known[0] < KEPT or is_away()):
        return known[1]
    try:
        _known = known = (now, certain())
    except OperationalError:
        if known is None:
            raise
    return known[1]


def certain() -> int | None:
    """Return what ``current`` does, as the database says at this moment."""
    name = _name()
    row = Epoch.objects.filter(pk=_ID).first()
    if row is None:
        Epoch.objects.bulk_create([Epoch(_ID, name=name, number=1)], ignore_conflicts=True)
        row = Epoch.objects.get(pk=_ID)
    return row.number if row.name == name else None


def _name() -> str:
    return str(settings.TIMELINES["BACKEND"])


def switch() -> int:
    """Say that the site's timelines are where this process's setting says, and begin anew; return the new epoch."""
    certain()
    if timelines().keeps_facts:
        timelines().empty()  # While the site's timelines were elsewhere, nobody told this store what changed.
    Epoch.objects.filter(pk=_ID).update(name=_name(), number=F("number") + 1)
    forget()
    return Epoch.objects.get(pk=_ID).number


def forget() -> None:
    """Ask anew at the next call."""
    global _known
    _known = None
