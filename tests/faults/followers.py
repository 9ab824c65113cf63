"""Somebody's many followers, as the journal and the stores have them."""

from datetime import UTC, datetime
from uuid import UUID

from apps.core import ids
from apps.graph import selectors as graph
from apps.graph.counters import ask, recount_pending
from apps.journal import services
from apps.journal.activities import Activity
from apps.journal.handler import journal
from apps.journal.projection import stages_of
from apps.timelines import epochs
from apps.timelines.home import Home

SAMPLE = 40


def crowd(author: UUID, count: int) -> list[UUID]:
    """Give ``author`` so many followers; return some of them, spread by id, whose timelines are stored."""
    now = datetime.now(UTC)
    followers = sorted(ids.mint(now=now) for _ in range(count))
    follows = [Activity(ids.mint(now=now), who, "Follow", author, {"v": 1, "approved": True}) for who in followers]
    for _ in services.accept_many(follows, now=now, stages=False):
        pass
    journal().mark([(follow.id, name) for follow in follows for name in stages_of(follow)])
    ask([(author, graph.FOLLOWERS)])
    recount_pending()
    sample = followers[:: max(1, count // SAMPLE)]
    epoch = epochs.certain()
    assert epoch is not None
    for follower in sample:
        assert Home(follower, now=now).build(epoch=epoch)
    return sample


def is_done(*activities: Activity) -> bool:
    done = journal().marks([activity.id for activity in activities])
    return all(stages_of(activity) <= done.get(activity.id, set()) for activity in activities)
