"""Counts: asked for by whoever changes something, recounted from the index by a job, never folded.

``asked`` rises with every change, also a repeated one; a recount reads ``asked``, counts, and stores count and
``done`` = that ``asked`` where ``done`` is less. So a count that ran beside a change is followed by another.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import F
from django.dispatch import Signal, receiver

from apps.core.folds import batched
from apps.core.ids import key_of
from apps.core.rows import rows_by_id
from apps.journal.projection import in_background
from apps.journal.sweeper import Leads, swept

from .models import Count

Counter = Callable[[UUID], int]

recounted = Signal()
"""Sent with ``object_ids`` once their counts are stored."""

_counters: dict[str, Counter] = {}
_AT_ONCE = 500
_IN_A_ROUND = 200
_SECONDS_IN_A_ROUND = 3.0


def register_counter(kind: str, counter: Counter) -> None:
    """Say how ``kind`` is counted: by an index, from rows, for one object."""
    _counters[kind] = counter


def ask(wanted: Iterable[tuple[UUID, str]]) -> None:
    """Ask for a recount of each (object, kind): one statement for some hundreds, three where one was never asked for."""
    rows = {key_of(object_id, kind): (object_id, kind) for object_id, kind in wanted}
    for part in batched(sorted(rows), _AT_ONCE):
        if _raise(part) < len(part):
            new = [Count(id, object=rows[id][0], kind=rows[id][1]) for id in part]
            Count.objects.bulk_create(new, ignore_conflicts=True)
            _raise(part)


def _raise(ids: Sequence[UUID]) -> int:
    return Count.objects.filter(pk__in=ids).update(asked=F("asked") + 1, pending=True)


def ask_and_recount(wanted: Iterable[tuple[UUID, str]]) -> None:
    """Ask for recounts and do them, at most once a second for each: the sweeper does what comes in between."""
    pairs = dict.fromkeys(wanted)
    ask(pairs)
    if not in_background():
        _recount([key for key in (key_of(*pair) for pair in pairs) if cache.add(f"recounted:{key.hex}", True, 1)])


def recount_pending(*, limit: int = 1000) -> int:
    """Recount what was asked for; return how many."""
    # "IN (True)", because SQLite does not look for the bare column that Django makes of "= True" in an index.
    pending = Count.objects.filter(pending__in=[True], kind__in=list(_counters)).order_by("pk")
    ids = list(pending.values_list("pk", flat=True)[:limit])
    _recount(ids)
    return len(ids)


def _recount(ids: Sequence[UUID]) -> None:
    """Count now and store it. What is asked for meanwhile leaves it pending."""
    for part in batched(ids, _AT_ONCE):
        rows = Count.objects.filter(pk__in=part).values_list("pk", "object", "kind", "asked")
        found = list(rows)
        for id, object_id, kind, asked in found:
            value = _counters[kind](object_id)
            if not Count.objects.filter(pk=id, asked=asked).update(value=value, done=asked, pending=False):
                Count.objects.filter(pk=id, done__lt=asked).update(value=value, done=asked)
        recounted.send(sender=None, object_ids={object_id for _, object_id, *_ in found})


def forget(*, object_id: UUID) -> None:
    """Delete every count of an object that is gone for ever."""
    Count.objects.filter(pk__in=[key_of(object_id, kind) for kind in _counters]).delete()


def values(*, ids: Iterable[UUID], kinds: Iterable[str]) -> dict[tuple[UUID, str], int]:
    """Return the stored counts of every id and kind, in one query; 0 where nothing was counted."""
    wanted = {key_of(id, kind): (id, kind) for id in ids for kind in kinds}
    found = dict.fromkeys(wanted.values(), 0)
    return found | {wanted[key]: value for key, value in rows_by_id(Count, wanted, ("pk", "value"))}


@receiver(swept, dispatch_uid="graph.recount")
def _recount_after_sweep(*, now: datetime, leads: Leads = lambda: True, **_: Any) -> None:
    until = time.monotonic() + _SECONDS_IN_A_ROUND  # A replay asks for all there are: the sweeper has more to do.
    while recount_pending(limit=_IN_A_ROUND) == _IN_A_ROUND and time.monotonic() < until and leads():
        pass
