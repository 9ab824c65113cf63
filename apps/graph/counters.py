"""Counts: asked for by whoever changes something, recounted from the index by a job, never folded.

``asked`` rises with every change, also a repeated one; a recount reads ``asked``, counts, and stores count and
``done`` = that ``asked`` where ``done`` is less. So a count that ran beside a change is followed by another.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import F
from django.dispatch import receiver

from apps.core import folds
from apps.core.expressions import Const, Old, plus
from apps.core.folds import RowFold, batched
from apps.core.ids import key_of
from apps.journal.projection import in_background
from apps.journal.sweeper import swept

from .models import Count

Counter = Callable[[UUID], int]

_counters: dict[str, Counter] = {}
_AT_ONCE = 500


def register_counter(kind: str, counter: Counter) -> None:
    """Say how ``kind`` is counted: by an index, from rows, for one object."""
    _counters[kind] = counter


def ask(*, object_id: UUID, kind: str) -> None:
    """Ask for a recount; one statement."""
    values = {
        "object": Const(object_id),
        "kind": Const(kind),
        "asked": plus(Old("asked"), 1),
        "pending": Const(True),
    }
    folds.apply(RowFold(Count, key_of(object_id, kind), values))


def ask_again(*, ids: Iterable[UUID], kinds: Iterable[str]) -> None:
    """Ask for a recount of those that were ever asked for; one statement for some hundreds."""
    for part in batched([key_of(id, kind) for id in ids for kind in kinds], _AT_ONCE):
        Count.objects.filter(pk__in=part).update(asked=F("asked") + 1, pending=True)


def ask_and_recount(*, object_id: UUID, kind: str) -> None:
    """Ask for a recount and do it, at most once a second for each: the sweeper does what comes in between."""
    ask(object_id=object_id, kind=kind)
    if not in_background() and cache.add(f"recounted:{key_of(object_id, kind).hex}", value=True, timeout=1):
        recount(object_id=object_id, kind=kind)


def recount(*, object_id: UUID, kind: str) -> int:
    """Count now and store it; return the count."""
    id = key_of(object_id, kind)
    asked = Count.objects.filter(pk=id).values_list("asked", flat=True).first() or 0
    value = _counters[kind](object_id)
    Count.objects.filter(pk=id, done__lt=asked).update(value=value, done=asked)
    Count.objects.filter(pk=id, pending=True, done=F("asked")).update(pending=False)
    return value


def recount_pending(*, limit: int = 1000) -> int:
    """Recount what was asked for; return how many."""
    # "IN (True)", because SQLite does not look for the bare column that Django makes of "= True" in an index.
    pending = Count.objects.filter(pending__in=[True], kind__in=list(_counters)).order_by("pk")
    rows = list(pending.values_list("object", "kind")[:limit])
    for object_id, kind in rows:
        recount(object_id=object_id, kind=kind)
    return len(rows)


def forget(*, object_id: UUID) -> None:
    """Delete every count of an object that is gone for ever."""
    Count.objects.filter(pk__in=[key_of(object_id, kind) for kind in _counters]).delete()


def values(*, ids: Iterable[UUID], kinds: Iterable[str]) -> dict[tuple[UUID, str], int]:
    """Return the stored counts of every id and kind, in one query; 0 where nothing was counted."""
    wanted = {key_of(id, kind): (id, kind) for id in ids for kind in kinds}
    found = dict.fromkeys(wanted.values(), 0)
    for part in batched(list(wanted), _AT_ONCE):
        found |= {wanted[key]: value for key, value in Count.objects.filter(pk__in=part).values_list("pk", "value")}
    return found


@receiver(swept, dispatch_uid="graph.recount")
def _recount_after_sweep(*, now: datetime, **_: Any) -> None:
    while recount_pending() == 1000:
        pass
