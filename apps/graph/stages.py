"""What follows a pair's row: the counts of both people."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from apps.journal.activities import Activity, Verb
from apps.journal.projection import stage

from .counters import ask_and_recount, register_counter
from .selectors import FOLLOWERS, FOLLOWING, count_followers, count_following

register_counter(FOLLOWERS, count_followers)
register_counter(FOLLOWING, count_following)


@stage("pair-count", Verb.FOLLOW, Verb.ACCEPT, Verb.REJECT, Verb.BLOCK, Verb.UNDO)
def count(activities: Sequence[Activity], *, now: datetime) -> None:
    """Ask for the counts that activities may have changed."""
    ask_and_recount(pair for activity in activities for pair in _changed(activity))


def _changed(activity: Activity) -> list[tuple[UUID, str]]:
    """Return the counts of whoever may have followed or let go, and of whom: a block ends what either did."""
    actor, other = activity.actor_id, activity.object_id
    match activity.verb, activity.kind:
        case (Verb.FOLLOW, _) | (Verb.UNDO, Verb.FOLLOW):
            return [(actor, FOLLOWING), (other, FOLLOWERS)]
        case ((Verb.ACCEPT | Verb.REJECT), _):
            return [(other, FOLLOWING), (actor, FOLLOWERS)]
        case (Verb.BLOCK, _) | (Verb.UNDO, Verb.BLOCK):
            return [(person, kind) for person in (actor, other) for kind in (FOLLOWERS, FOLLOWING)]
    return []
