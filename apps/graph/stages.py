"""What follows a pair's row: the counts of both people."""

from collections.abc import Sequence
from datetime import datetime

from apps.journal.activities import Activity, Verb
from apps.journal.projection import stage

from .counters import ask_and_recount, register_counter
from .selectors import FOLLOWERS, FOLLOWING, count_followers, count_following

register_counter(FOLLOWERS, count_followers)
register_counter(FOLLOWING, count_following)


@stage("pair-count", Verb.FOLLOW, Verb.ACCEPT, Verb.REJECT, Verb.BLOCK, Verb.UNDO)
def count(activities: Sequence[Activity], *, now: datetime) -> None:
    """Ask for the counts of both people, for whoever may have followed or let go."""
    changed = [a for a in activities if a.verb != Verb.UNDO or a.kind in (Verb.FOLLOW, Verb.BLOCK)]
    people = [person for activity in changed for person in (activity.actor_id, activity.object_id)]
    ask_and_recount((person, kind) for person in people for kind in (FOLLOWERS, FOLLOWING))
