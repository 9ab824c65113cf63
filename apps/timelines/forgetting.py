"""What activities change of the facts that are kept beside timelines: forgotten after the rows, before the answer.

A new post has none.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from apps.accounts.projectors import PERSON
from apps.graph.counters import recounted
from apps.journal.activities import Activity, Verb
from apps.posts.activities import ANNOUNCE

from .backends.base import Unavailable
from .encoding import CARD, COUNTS, MARKS, POST, RELATION, WAITING, key
from .handler import timelines

log = logging.getLogger(__name__)

_OF_POSTS = (Verb.UPDATE, Verb.DELETE, Verb.HIDE, Verb.SHOW)
_ALL: Sequence[bytes] = ()
"""All fields of a slot."""


def forget(activities: Sequence[Activity]) -> None:
    """Forget the facts that activities changed, where any are kept."""
    timelines().forget([name for activity in activities for name in _keys(activity)])
    slots: dict[UUID, Sequence[bytes]] = {}
    for owner, fields in (slot for activity in activities for slot in _slots(activity)):
        held = slots.get(owner, fields)
        slots[owner] = [*dict.fromkeys((*held, *fields))] if held and fields else _ALL
    timelines().forget_slots(slots)


def _keys(activity: Activity) -> Iterator[bytes]:
    verb, thing = activity.verb, activity.object_id
    if activity.kind == PERSON:
        yield key(CARD, thing)
    elif verb in _OF_POSTS or (verb, activity.kind) == (Verb.UNDO, ANNOUNCE):
        yield key(POST, thing)


def _slots(activity: Activity) -> Iterator[tuple[UUID, Sequence[bytes]]]:
    """Yield whose slots change, and in which fields. Who begins or ceases to follow has theirs dropped already."""
    actor, thing = activity.actor_id, activity.object_id
    match activity.verb, activity.kind:
        case (Verb.LIKE, _) | (Verb.UNDO, Verb.LIKE):
            yield actor, [key(MARKS, thing)]
        case (Verb.ANNOUNCE, _):
            yield actor, [key(MARKS, UUID(activity.payload["post"]))]
        case (Verb.UNDO, Verb.ANNOUNCE):
            yield actor, _ALL
        case (Verb.MUTE, _) | (Verb.UNDO, Verb.MUTE):
            yield actor, [key(RELATION, thing)]
        case (Verb.FOLLOW, _) | (Verb.UNDO, Verb.FOLLOW):
            yield thing, [WAITING]
        case ((Verb.ACCEPT | Verb.REJECT), _):
            yield actor, [WAITING]


@receiver(recounted, dispatch_uid="timelines.recounted")
def forget_counts(*, object_ids: Collection[UUID], **_: Any) -> None:
    """Forget counts that were counted anew; where that can't be said they are some minutes old at most."""
    try:
        timelines().forget([key(COUNTS, id) for id in object_ids])
    except Unavailable as error:
        log.warning("counts_not_forgotten", extra={"error": str(error)})
