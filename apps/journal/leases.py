"""Who is at something that one should do at a time: a lease in the database, owned by a token and short, so that a
holder that died is soon followed, and only the holder renews it.

Two at once must do no harm: servers' clocks differ, and a holder may stand still longer than its lease lasts.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from apps.core.ids import EPOCH, NIL, key_of

from .models import Lease


def take(name: str, *, holder: UUID, now: datetime, lasts: timedelta) -> bool:
    """Take or renew the lease ``name``; return whether ``holder`` has it now, until ``now + lasts``."""
    rows = Lease.objects.filter(pk=key_of("lease", name))
    free = rows.filter(Q(holder=holder) | Q(until__lte=now))
    if free.update(holder=holder, until=now + lasts):
        return True
    if rows.exists():
        return False
    Lease.objects.bulk_create([Lease(key_of("lease", name), holder=holder, until=now + lasts)], ignore_conflicts=True)
    return rows.filter(holder=holder).exists()


def renew(name: str, *, holder: UUID, now: datetime, lasts: timedelta) -> None:
    """Let the lease last until ``now + lasts``, if nobody else has had it since."""
    Lease.objects.filter(pk=key_of("lease", name), holder=holder).update(until=now + lasts)


def end(name: str) -> None:
    """Take the lease away from whoever has it: anybody may take it next."""
    Lease.objects.filter(pk=key_of("lease", name)).update(holder=NIL, until=EPOCH)


def release(name: str, *, holder: UUID) -> None:
    """Give the lease back, if ``holder`` still has it."""
    Lease.objects.filter(pk=key_of("lease", name), holder=holder).update(until=EPOCH)
