"""What follows a pair's row: the counts of both people."""

from datetime import datetime
from uuid import UUID

from apps.journal.activities import Activity, Verb
from apps.journal.projection import stage

from .counters import ask_and_recount, register_counter
from .selectors import FOLLOWERS, FOLLOWING, count_followers, count_following

register_counter(FOLLOWERS, count_followers)
register_counter(FOLLOWING, count_following)


@stage("pair-count", Verb.FOLLOW, Verb.ACCEPT, Verb.REJECT, Verb.BLOCK, Verb.UNDO)
def count(activity: Activity, *, now: datetime) -> None:
    """Ask for the counts that an activity may have changed, and count them while they are few."""
    if activity.verb == Verb.UNDO and activity.kind not in (Verb.FOLLOW, Verb.BLOCK):
        return
    for person in (activity.actor_id, activity.object_id):
        _ask_both(person)


def _ask_both(person: UUID) -> None:
    for kind in (FOLLOWERS, FOLLOWING):
        ask_and_recount(object_id=person, kind=kind)
