"""Accepting activities: the one way in which anything changes.

Accepting means: it is in the journal. Rows follow before the answer, the rest by jobs; the sweeper repeats what failed.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, transaction

from apps.core import folds, ids, metrics
from apps.core.away import is_away
from apps.core.breaker import Open

from . import projection, recency, signals
from .activities import Activity, Tombstone
from .backends.base import Unanswered
from .clock import check_clock
from .exceptions import JournalUnavailable, KeyReused, NotThrough, ReadOnly
from .handler import journal
from .recency import MAY_WAIT

log = logging.getLogger(__name__)

_T = TypeVar("_T")
Build = Callable[[UUID], Activity]
Mark = tuple[UUID, str]


def accept(
    *,
    actor_id: UUID,
    build: Build,
    now: datetime,
    after: Iterable[UUID] = (),
    key: str | None = None,
    body: object = None,
    may_wait: bool = False,
) -> Activity:
    """Take what ``build`` makes of a fresh id into the journal, and project it.

    ``after`` are the versions of the rows that it changes: its id comes after them. ``key`` makes it idempotent for
    24 hours: the same key of the same actor with the same ``body`` returns the same activity. One that ``may_wait`` is
    taken by the journal alone while the database of its rows does not answer: they follow later (``signals.waits``).

    Raises ``KeyReused`` for another body, ``ReadOnly``, ``ClockIsOff`` and ``JournalUnavailable``; after the last it is
    *unknown* whether it was taken: the same key later says. ``NotThrough``: it was, but is not projected yet, so that
    readers may see for a moment what was before.
    """
    if settings.READ_ONLY:
        raise ReadOnly
    return _take(lambda: _decide(actor_id, build, now, after, key, body), now, may_wait and rows_may_wait())


def accept_again(*, actor_id: UUID, key: str | None, body: object, now: datetime) -> Activity | None:
    """Take once more what ``key`` stands for, if it was used before: for callers who would refuse it by now.

    Raises what ``accept`` raises, but for ``ReadOnly``, and ``OperationalError`` where nobody says what the key stands for.
    """
    held = journal().claimed(actor_id=actor_id, key=key) if key else None
    if held is None or settings.READ_ONLY:
        return None
    return _take(lambda: _same(str(key), held, digest_of(body)), now)


def rows_may_wait() -> bool:
    """Say whether the journal lies apart from the rows, so that it may take what they can't."""
    return journal().database != DEFAULT_DB_ALIAS


def _take(decide: Callable[[], Activity], now: datetime, may_wait: bool = False) -> Activity:
    try:
        activity = decide()
        journal().append([activity])
    except DatabaseError as error:
        log.error("not_accepted", exc_info=error)
        raise JournalUnavailable(type(error).__name__) from error
    try:
        erased = journal().tombstones(projection.people_of(activity))
        if not _is_projected(activity, now, erased, may_wait):
            signals.waits.send(sender=None, activity=activity, now=now)
            return activity
    except DatabaseError as error:
        log.error("not_projected", exc_info=error, extra={"activity": str(activity.id)})
        raise NotThrough from error
    done = _carry_on(activity, now, erased)
    if not done.issuperset(projection.required_stages_of(activity)):
        raise NotThrough
    return activity


def _is_projected(activity: Activity, now: datetime, erased: Collection[UUID], may_wait: bool) -> bool:
    """Write the rows of an activity; return False where they wait. Then the sweeper writes them."""
    if may_wait and is_away():
        return False
    try:
        projection.run_stage(projection.ROW, [activity], now=now, erased=erased)
    except OperationalError as error:
        if not may_wait:
            raise
        log.warning("rows_wait", extra={"activity": str(activity.id), "error": str(error)})
        return False
    return True


def _decide(
    actor_id: UUID, build: Build, now: datetime, after: Iterable[UUID], key: str | None, body: object
) -> Activity:
    """Return the complete activity; with a key, the one that the key stands for since it was first used."""
    check_clock(now)
    newest = journal().newest_of(actor_id)
    activity = build(ids.mint(now=now, after=[*after, *([newest] if newest else [])]))
    if key is None:
        return activity
    digest = digest_of(body)
    return _same(key, journal().claim(actor_id=actor_id, key=key, digest=digest, activity=activity), digest)


def _same(key: str, held: tuple[str, Activity], digest: str) -> Activity:
    if held[0] != digest:
        raise KeyReused(key)
    return held[1]


def digest_of(body: object) -> str:
    """Return a digest of a request's body, of JSON values, ids and moments."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


def see_through(*, actor_id: UUID, object_id: UUID, now: datetime) -> None:
    """Do what must be done before the answer of whatever the actor did to the object, where it is pending.

    For callers who find it done already; raises ``NotThrough`` like ``accept``.
    """
    activities = journal().by_object(actor_id=actor_id, object_id=object_id)
    done = journal().marks([activity.id for activity in activities])
    for activity in activities:
        for name in projection.required_stages_of(activity):
            if name not in done.get(activity.id, set()) and not attempt(name, [activity], now=now):
                raise NotThrough


def _carry_on(activity: Activity, now: datetime, erased: Collection[UUID]) -> set[str]:
    """Run the stages that come before the answer, then hand over the rest. What fails stays pending; return what is done."""
    done = [projection.ROW]
    done += [
        name for name in projection.inline_stages_of(activity) if attempt(name, [activity], now=now, erased=erased)
    ]
    try:
        journal().mark([(activity.id, name) for name in done])
        _hand_over(activity)
    except Exception as error:
        log.warning("jobs_not_handed_over", exc_info=not isinstance(error, Open), extra={"activity": str(activity.id)})
    return set(done)


def _hand_over(activity: Activity) -> None:
    from .tasks import carry_out, hand_over

    if projection.job_stages_of(activity):
        hand_over(carry_out, activity_id=activity.id.hex)


def attempt(
    name: str, activities: Sequence[Activity], *, now: datetime, erased: Collection[UUID] | None = None
) -> list[Activity]:
    """Run one stage of activities; return of which it is done. What fails with others is tried by itself.

    A failure is noted, and the rest goes on, because the sweeper repeats it.
    """
    try:
        projection.run_stage(name, activities, now=now, erased=erased)
    except projection.NotYet as error:
        if len(activities) > 1 and not error.left:
            return [one for one in activities if attempt(name, [one], now=now, erased=erased)]
        return [one for one in activities if error.left and one.id not in error.left]
    except Exception as error:
        if _is_of_a_store(error):  # No fault of any activity's, however often.
            log.warning("stage_waits", extra={"stage": name, "error": str(error)})
            return []
        if len(activities) > 1:
            return [one for one in activities if attempt(name, [one], now=now, erased=erased)]
        note_failure(activities[0].id, name, error)
        return []
    for activity in activities:
        metrics.observe_since(metrics.STAGE_SECONDS, activity.moment, name)
    return list(activities)


def _is_of_a_store(error: Exception) -> bool:
    """Say whether a store is away: the journal, or the database of the projections."""
    if isinstance(error, Unanswered) and not _journal_answers():
        return True
    return isinstance(error, DatabaseError) and _takes_no_writes()


def _journal_answers() -> bool:
    try:
        journal().watermark()
    except Unanswered:
        return False
    return True


def _takes_no_writes() -> bool:
    """Say whether the database of the projections is away or locked: it is asked to change a row that is not there."""
    model = projection.projected_tables()[0].model
    column = next(f for f in model._meta.local_concrete_fields if not f.primary_key)
    try:
        model._default_manager.filter(pk=ids.NIL).update(**{column.attname: column.get_default()})
    except DatabaseError:
        return True
    return False


_OWN_AT_ONCE, _OWN_ROUNDS = 20, 5
"""As many as anybody may post while rows may wait; mostly the first few are all that is recent."""


def catch_up(*, actor_id: UUID, now: datetime) -> bool:
    """Write the rows of what somebody did lately, where they wait: for pages that are made from rows and must show it.

    Return whether any waited. A page is read without what can't be written or the journal doesn't say. Each process looks
    once after each thing that they did.
    """
    if actor_id == ids.NIL or not rows_may_wait():
        return False
    since, key, found = now - MAY_WAIT, f"caught-up:{actor_id.hex}", False
    known = caches["process"]
    try:
        newest = recency.newest_of(actor_id)
        if newest is None or ids.moment_of(newest) <= since or known.get(key) == newest:
            return False
        for part in _recent_of(actor_id, since):
            done = journal().marks([activity.id for activity in part])
            waiting = [one for one in part if one.is_known and projection.ROW not in done.get(one.id, ())]
            for activity in waiting:
                projection.run_stage(projection.ROW, [activity], now=now)
            journal().mark([(activity.id, projection.ROW) for activity in waiting])
            found = found or bool(waiting)
        known.set(key, newest, MAY_WAIT.total_seconds())
    except Exception as error:  # The sweeper meets it too, and counts it.
        is_expected = isinstance(error, OperationalError | Open | projection.NotYet)
        log.warning("not_caught_up", exc_info=not is_expected, extra={"actor": str(actor_id), "error": str(error)})
    return found


def _recent_of(actor_id: UUID, since: datetime) -> Iterator[list[Activity]]:
    """Yield what somebody did since then, in parts, the newest first: as much as may wait."""
    before: UUID | None = None
    for _ in range(_OWN_ROUNDS):
        with recency.breaker.guarding():
            part = journal().by_actor(actor_id, since=since, before=before, limit=_OWN_AT_ONCE)
        if part:
            yield part
        if len(part) < _OWN_AT_ONCE:
            return
        before = part[-1].id


def with_own(find: Callable[[], _T | None], *, actor_id: UUID, now: datetime) -> _T | None:
    """Return what ``find`` finds; where that is nothing, once more if rows of what somebody did lately had been waiting."""
    found = find()
    if found is None and catch_up(actor_id=actor_id, now=now):
        found = find()
    return found


def note_failure(activity_id: UUID, name: str, error: Exception) -> None:
    """Count that a stage of an activity failed: after ``JOURNAL_ATTEMPTS`` it is set aside, where staff see it."""
    log.error("stage_failed", exc_info=error, extra={"activity": str(activity_id), "stage": name})
    metrics.count(metrics.STAGE_FAILURES, name)
    try:
        journal().failed(activity_id, name, f"{type(error).__name__}: {error}")
    except DatabaseError:  # It fails again, and is counted then. Others, which are done, must be marked.
        log.exception("failure_not_noted", extra={"activity": str(activity_id), "stage": name})


def carry_out(*, activity_id: UUID, now: datetime) -> None:
    """Run those stages of an activity that are not done yet, and mark them."""
    for activity in journal().get([activity_id]):
        carry_out_all([activity], now=now)


@dataclass(frozen=True)
class Carried:
    """How many stages were still missing, and what is neither done nor set aside now: activities with their stages."""

    tried: int
    left: tuple[tuple[Activity, set[str]], ...]


def carry_out_all(activities: Sequence[Activity], *, now: datetime, skip: Collection[Mark] = ()) -> Carried:
    """Run every stage that is not done of ``activities``, but for those to ``skip``, and mark them."""
    done = journal().marks([activity.id for activity in activities])
    erased = journal().tombstones({id for activity in activities for id in projection.people_of(activity)})
    wanted = {
        activity.id: {name for name in projection.stages_of(activity) if (activity.id, name) not in skip}
        - done.get(activity.id, set())
        for activity in activities
    }
    late = [activity for activity in activities if activity.actor_id in erased]
    if late:  # It was under way when they were erased, or comes from an older copy.
        journal().remove(late)
    # Who appended them may have been stopped half-way.
    journal().index([one for one in activities if projection.ROW in wanted[one.id] and one.actor_id not in erased])
    through: list[Mark] = []
    for name in projection.in_order():
        missing = [activity for activity in activities if name in wanted[activity.id]]
        if missing:
            through += [(one.id, name) for one in attempt(name, missing, now=now, erased=erased)]
    journal().mark(through)
    tried = sum(map(len, wanted.values()))
    for id, name in through:
        wanted[id].discard(name)
    left = ((one, wanted[one.id] if one.is_known else {projection.ROW}) for one in activities)
    return Carried(tried, tuple((one, names) for one, names in left if names))


def accept_many(activities: Iterable[Activity], *, now: datetime, stages: bool = True) -> Iterator[int]:
    """Take many at once, as an import does: append, fold in bulk, then run the stages. Yields how many are through.

    The caller has minted their ids, and each may come again without harm.
    """
    if settings.READ_ONLY:
        raise ReadOnly
    yield from take_many(activities, now=now, stages=stages)


def take_many(activities: Iterable[Activity], *, now: datetime, stages: bool = True) -> Iterator[int]:
    """As ``accept_many``, for what was accepted already: a back-up is restored where nobody may write.

    Raises ``JournalUnavailable`` where a store does not answer: repeating it goes on, and takes nothing twice.
    """
    through, rest = 0, iter(activities)
    while part := list(islice(rest, 500)):
        # One transaction, where there are any, only because it is many times quicker. Each step may be repeated.
        try:
            with transaction.atomic(), projection.background():
                _accept_part(part, now, stages)
        except OperationalError as error:
            raise JournalUnavailable(type(error).__name__) from error
        through += len(part)
        yield through


def _accept_part(part: Sequence[Activity], now: datetime, stages: bool) -> None:
    journal().append(part)
    erased = journal().tombstones({id for activity in part for id in projection.people_of(activity)})
    known = [activity for activity in part if activity.is_known]
    alive = [activity for activity in known if not projection.is_of_erased(activity, erased)]
    folds.apply_many(fold for activity in alive for fold in projection.row_folds(activity))
    journal().mark([(activity.id, projection.ROW) for activity in known])
    if stages:
        carry_out_all(part, now=now)


def newest_of(*, actor_id: UUID) -> UUID:
    """Return the id of what somebody did last, ``NIL`` for nothing: ids for ``accept_many`` come after it."""
    return journal().newest_of(actor_id) or ids.NIL


ERASE_AGAIN_AFTER = timedelta(minutes=10)
"""A write that was under way when somebody was erased has arrived by then."""


def erase(*, actor_id: UUID, now: datetime) -> None:
    """Let go of a person for ever: a tombstone, then their activities, then every row (``signals.erased``)."""
    if settings.READ_ONLY:
        raise ReadOnly
    newest = journal().newest_of(actor_id)
    at = ids.mint(now=now, after=[newest] if newest else [])
    carry_out_erasure(Tombstone(actor_id, at), now=now)


def carry_out_erasure(tombstone: Tombstone, *, now: datetime) -> None:
    """Remove what somebody did, and their rows. The sweeper repeats it: another process may have known them for a minute
    longer.
    """
    journal().remove_actor(tombstone)
    erase_rows(actor_id=tombstone.actor_id, now=now)


def erase_rows(*, actor_id: UUID, now: datetime) -> None:
    """Delete what was projected of an erased person."""
    projection.delete_rows_of(actor_id)
    signals.erased.send(sender=None, actor_id=actor_id, now=now)
