"""What follows an activity in stored timelines: the author's own, the followers', and drops."""

from datetime import datetime
from uuid import UUID

from apps.journal.activities import Activity, Verb
from apps.journal.projection import NotYet, in_background, stage
from apps.posts import selectors as posts
from apps.posts.activities import ANNOUNCE, NOTE
from apps.posts.values import Entry

from . import epochs, fanout
from .handler import timelines

AT_ONCE = 500
"""More followers than this are pushed to in the background where jobs run in the web process."""


@stage("drop", Verb.FOLLOW, Verb.ACCEPT, Verb.REJECT, Verb.BLOCK, Verb.UNDO, inline=True)
def drop(activity: Activity, *, now: datetime) -> None:
    """Drop the timeline of whoever follows somebody else now: after the row has changed, before the answer."""
    owners = _whose(activity)
    if owners:
        _epoch()
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


@stage("own", Verb.CREATE, Verb.ANNOUNCE, inline=True)
def own(activity: Activity, *, now: datetime) -> None:
    """Put a post into its author's own timeline before they are answered."""
    entry = _entry_of(activity)
    if entry is not None:
        fanout.push_to([entry.author], entry, epoch=_epoch())


@stage("fanout", Verb.CREATE, Verb.ANNOUNCE)
def fan_out(activity: Activity, *, now: datetime) -> None:
    """Push a post to its author's followers, unless readers merge it."""
    if not activity.payload.get("pushed", True) or activity.kind not in (NOTE, ANNOUNCE):
        return
    epoch = _epoch()
    entry = _entry_of(activity) if timelines().stores else None
    if entry is None:
        return
    if not in_background() and fanout.is_large(entry.author, AT_ONCE):
        raise NotYet("more followers than a request waits for")
    fanout.push(entry, epoch=epoch)


def _epoch() -> int:
    """Return the epoch; leave the stage pending where another process keeps the timelines."""
    epoch = epochs.certain()
    if epoch is None:
        raise NotYet("this process's TIMELINES is not the site's: `manage.py timelines --switch` makes it so")
    return epoch


def _entry_of(activity: Activity) -> Entry | None:
    """Return the entry that an activity made; None for a profile, or where an erasure took it."""
    return posts.entries_by_id(ids=[activity.object_id]).get(activity.object_id)
