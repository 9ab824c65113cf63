"""What a store of timelines lost by a restart or a failover is delivered again: pushes *and* drops.

As which incarnation the store was seen last stands in the database, beside what is owed, so any process finds out, one
that dies on the way owes it still, and none can take it for done before it is. A number that is written into the store
now and then, and reads back smaller, would not do: a loss between two writes leaves it as it was.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from apps.core.ids import key_of
from apps.journal import sweeper
from apps.journal.activities import Activity
from apps.journal.handler import journal
from apps.journal.projection import NotYet, background, run_stage, stages_of
from apps.journal.sweeper import Leads

from . import epochs, stages
from .backends.base import Unavailable
from .handler import timelines
from .models import StoreSeen

log = logging.getLogger(__name__)

LOST = timedelta(minutes=5)
"""How much older than its last sight may be what a store has lost."""
_ID = key_of("store")
_AT_ONCE = 100


def make_good(*, now: datetime, leads: Leads = lambda: True) -> None:
    """Find out whether the store may have lost something, and deliver that again.

    Raises ``Unavailable`` and ``NotYet``: then it is still owed.
    """
    incarnation = timelines().incarnation()
    if not incarnation or epochs.certain() is None:
        return
    owed, before = _notice(incarnation, now)
    if owed:
        # A server may be master again after another, with what it knew before that.
        timelines().forget_all(besides=before)
        deliver_again(since=owed, now=now, leads=leads)
        StoreSeen.objects.filter(pk=_ID, incarnation=incarnation).update(owed_since=None)


def deliver_again(*, since: datetime, now: datetime, leads: Leads = lambda: True) -> None:
    """Repeat the drops and pushes since then, done or not. Raises ``Unavailable`` and ``NotYet``."""
    recent = journal().recent(since)
    with background():
        while part := list(islice(recent, _AT_ONCE)):
            if not leads():
                raise NotYet("somebody else sweeps by now")
            for name in (stages.DROP, stages.OWN, stages.FANOUT):
                _deliver(name, [activity for activity in part if name in stages_of(activity)], now)


def _deliver(name: str, activities: Sequence[Activity], now: datetime) -> None:
    try:
        if name == stages.FANOUT:
            stages.push_again(activities)
        elif activities:
            run_stage(name, activities, now=now)
    except (Unavailable, NotYet):
        raise
    except Exception:  # One that can't be delivered was set aside before; the others are owed.
        if len(activities) == 1:
            log.exception("not_delivered_again", extra={"activity": str(activities[0].id)})
        else:
            for activity in activities:
                _deliver(name, [activity], now)


def _notice(incarnation: str, now: datetime) -> tuple[datetime | None, str]:
    """Note as which incarnation the store is seen now; another than before owes what was delivered since it was seen.

    Return since when something is owed, and as what the store was seen until now, if nothing was owed until now: while
    something is, nothing is taken for seen, as what is being delivered again may be lost again.
    """
    rows, before = StoreSeen.objects.filter(pk=_ID), ""
    held = rows.first()
    if held is None:  # A site that begins, and so does its store.
        new = StoreSeen(_ID, incarnation=incarnation, seen_at=now)
        StoreSeen.objects.bulk_create([new], ignore_conflicts=True)
    elif held.incarnation != incarnation:
        owed = held.owed_since or min(held.seen_at, now) - LOST
        as_held = rows.filter(incarnation=held.incarnation, owed_since=held.owed_since)
        if as_held.update(incarnation=incarnation, seen_at=now, owed_since=owed) and held.owed_since is None:
            before = held.incarnation
    elif held.owed_since is None:
        if now - held.seen_at > sweeper.WHOLE_EVERY:
            sweeper.look_at_everything()  # Or what has waited so long would wait for as long again.
        rows.filter(incarnation=incarnation, owed_since=None).update(seen_at=now)
    return rows.get().owed_since, before
