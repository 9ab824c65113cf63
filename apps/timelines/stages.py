"""What follows an activity in stored timelines: the author's own, the followers', and drops."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from apps.core.ids import NIL, moment_of
from apps.journal.activities import Activity, Verb
from apps.journal.handler import journal
from apps.journal.projection import NotYet, in_background, stage
from apps.journal.services import note_failure
from apps.journal.sweeper import PATIENCE
from apps.posts import selectors as posts
from apps.posts.activities import ANNOUNCE, NOTE
from apps.posts.values import Entry

from . import epochs, fanout, large
from .backends.base import Unavailable
from .forgetting import forget
from .handler import timelines

log = logging.getLogger(__name__)

DROP, OWN, FANOUT = "drop", "own", "fanout"


def narrows(activity: Activity) -> bool:
    """Say whether somebody sees less after ``activity``: what is kept must be gone before it is acknowledged."""
    match activity.verb, activity.kind:
        case ((Verb.DELETE | Verb.HIDE | Verb.SUSPEND | Verb.REJECT | Verb.BLOCK | Verb.MUTE), _):
            return True
        case (Verb.UPDATE, kind):
            return kind == NOTE
        case (Verb.UNDO, kind):
            return kind in (Verb.FOLLOW, ANNOUNCE)
    return False


@stage(
    DROP,
    *(Verb.FOLLOW, Verb.ACCEPT, Verb.REJECT, Verb.BLOCK, Verb.MUTE, Verb.UNDO, Verb.LIKE, Verb.ANNOUNCE),
    *(Verb.UPDATE, Verb.DELETE, Verb.HIDE, Verb.SHOW, Verb.SUSPEND, Verb.RESTORE),
    inline=True,
    required=narrows,
)
def drop(activities: Sequence[Activity], *, now: datetime) -> None:
    """Drop the timeline of whoever follows somebody else now, and what else is kept that is over: after the rows have
    changed, before the answer.

    Where the site's timelines are elsewhere this stays pending, as nobody here can tell their store.
    """
    owners = {owner for activity in activities for owner in _whose(activity)}
    if owners or timelines().keeps_facts or any(map(narrows, activities)):
        _epoch()
    with _pending_while_away():
        if owners:
            timelines().drop(owners, now=now)
        forget(activities)


def _whose(activity: Activity) -> list[UUID]:
    match activity.verb, activity.kind:
        case (Verb.FOLLOW, _) | (Verb.UNDO, Verb.FOLLOW):
            return [activity.actor_id]
        case ((Verb.ACCEPT | Verb.REJECT), _):
            return [activity.object_id]
        case (Verb.BLOCK, _) | (Verb.UNDO, Verb.BLOCK):
            return [activity.actor_id, activity.object_id]
    return []


@stage(OWN, Verb.CREATE, Verb.ANNOUNCE, inline=True)
def own(activities: Sequence[Activity], *, now: datetime) -> None:
    """Put a post into its author's own timeline before they are answered."""
    entries = _entries_of(activities).values()
    epoch = _epoch() if entries else 0
    with _pending_while_away():
        for entry in entries:
            fanout.push_to([entry.author], entry, epoch=epoch)


@stage(FANOUT, Verb.CREATE, Verb.ANNOUNCE)
def fan_out(activities: Sequence[Activity], *, now: datetime) -> None:
    """Push posts to their authors' followers, unless readers merge them: small ones together, large ones in chunks."""
    pushed = _pushed(activities)
    epoch = _epoch() if pushed else 0
    # What is late may be a large one that others are at; what is not is new.
    begun = large.under_way(activity.id for activity, _ in pushed if now - moment_of(activity.id) >= PATIENCE)
    left = set()
    with _pending_while_away():
        through = fanout.push_together([entry for activity, entry in pushed if activity.id not in begun], epoch=epoch)
    for activity, entry in pushed:
        if entry.id in through:
            continue
        with _pending_while_away():
            reached = NIL if activity.id in begun else fanout.push_chunk(entry, after=NIL, epoch=epoch)
        if reached and not _go_on(activity, entry, after=reached, epoch=epoch, now=now):
            left.add(activity.id)
    if left:
        raise NotYet("more followers than one job pushes to", left=left)


def _go_on(activity: Activity, entry: Entry, *, after: UUID, epoch: int, now: datetime) -> bool:
    """See to the rest of a large fan-out; return whether it is done."""
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        _start_chain(activity, after, now)
        return False
    if not in_background():
        return False
    at, ends = large.begin(activity.id, after=after, now=now, stalled=timedelta(0)), list[None]()
    while at is not None:
        with _pending_while_away():
            at = large.step(activity.id, entry, after=at, epoch=epoch, now=now, done=lambda: ends.append(None))
    return bool(ends)


def _start_chain(activity: Activity, after: UUID, now: datetime) -> None:
    """Hand over the next chunk. What the queue does not take stays pending, however often: no fault of the activity's."""
    from apps.journal.tasks import NOT_TAKEN, hand_over

    from .tasks import push_on

    at = large.begin(activity.id, after=after, now=now)
    try:
        if at is not None:
            hand_over(push_on, activity_id=activity.id.hex, after=at.hex)
    except NOT_TAKEN as error:
        log.warning("fanout_waits", extra={"activity": str(activity.id), "error": str(error)})


def push_on(*, activity_id: UUID, after: UUID, now: datetime) -> UUID | None:
    """Push the next chunk of a large fan-out; return where it stands, None if there is no more to do.

    What fails stays pending: the sweeper takes it up where it stood.
    """
    try:
        for _, entry in _pushed(journal().get([activity_id])):
            return large.step(
                activity_id,
                entry,
                after=after,
                epoch=_epoch(),
                now=now,
                done=lambda: journal().mark([(activity_id, FANOUT)]),
            )
    except (NotYet, Unavailable) as error:
        log.warning("fanout_waits", extra={"activity": str(activity_id), "error": str(error)})
    except Exception as error:
        note_failure(activity_id, FANOUT, error)
    return None


def push_again(activities: Sequence[Activity]) -> None:
    """Push posts once more to all followers, as after a loss; nobody waits. Raises ``Unavailable`` and ``NotYet``."""
    for _, entry in _pushed(activities):
        fanout.push(entry, epoch=_epoch())


def _pushed(activities: Sequence[Activity]) -> list[tuple[Activity, Entry]]:
    """Return the activities of which stored timelines take the entry, with it."""
    made = [a for a in activities if a.payload.get("pushed", True) and a.kind in (NOTE, ANNOUNCE)]
    entries = _entries_of(made) if made and timelines().stores else {}
    return [(activity, entries[activity.object_id]) for activity in made if activity.object_id in entries]


@contextmanager
def _pending_while_away() -> Iterator[None]:
    """Let what can't be delivered stay pending, however often: it is no fault of the activity's."""
    try:
        yield
    except Unavailable as error:
        raise NotYet(str(error)) from error


def _epoch() -> int:
    """Return the epoch; leave the stage pending where another process keeps the timelines."""
    epoch = epochs.certain()
    if epoch is None:
        raise NotYet("this process's TIMELINES is not the site's: `manage.py timelines --switch` makes it so")
    return epoch


def _entries_of(activities: Sequence[Activity]) -> Mapping[UUID, Entry]:
    """Return the entries that activities made: none for a profile, or where an erasure took it."""
    return posts.entries_by_id(ids=[activity.object_id for activity in activities])
