"""What follows an activity in stored timelines: the author's own, the followers', and drops."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from apps.journal.activities import Activity, Verb
from apps.journal.projection import NotYet, in_background, stage
from apps.posts import selectors as posts
from apps.posts.activities import ANNOUNCE, NOTE
from apps.posts.values import Entry

from . import epochs, fanout
from .backends.base import Unavailable
from .handler import timelines

DROP, OWN, FANOUT = "drop", "own", "fanout"
AT_ONCE = 500
"""More followers than this are pushed to in the background where jobs run in the web process."""


@stage(DROP, Verb.FOLLOW, Verb.ACCEPT, Verb.REJECT, Verb.BLOCK, Verb.UNDO, inline=True)
def drop(activities: Sequence[Activity], *, now: datetime) -> None:
    """Drop the timeline of whoever follows somebody else now: after the row has changed, before the answer."""
    owners = {owner for activity in activities for owner in _whose(activity)}
    if owners:
        _epoch()
        with _pending_while_away():
            timelines().drop(owners, now=now)


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
    entries = _entries_of(activities)
    epoch = _epoch() if entries else 0
    with _pending_while_away():
        for entry in entries:
            fanout.push_to([entry.author], entry, epoch=epoch)


@stage(FANOUT, Verb.CREATE, Verb.ANNOUNCE)
def fan_out(activities: Sequence[Activity], *, now: datetime) -> None:
    """Push posts to their authors' followers, unless readers merge them."""
    pushed = [a for a in activities if a.payload.get("pushed", True) and a.kind in (NOTE, ANNOUNCE)]
    if not pushed:
        return
    epoch = _epoch()
    for entry in _entries_of(pushed) if timelines().stores else ():
        if not in_background() and fanout.is_large(entry.author, AT_ONCE):
            raise NotYet("more followers than a request waits for")
        with _pending_while_away():
            fanout.push(entry, epoch=epoch)


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


def _entries_of(activities: Sequence[Activity]) -> Sequence[Entry]:
    """Return the entries that activities made: none for a profile, or where an erasure took it."""
    return list(posts.entries_by_id(ids=[activity.object_id for activity in activities]).values())
