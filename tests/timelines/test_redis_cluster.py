"""Timelines on a Redis Cluster: two rounds for a page, what one node takes with it, and what it leaves alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.journal.exceptions import NotThrough
from apps.posts import services as posts
from apps.timelines import epochs, selectors
from apps.timelines.encoding import POST, key
from apps.timelines.handler import timelines
from apps.timelines.models import StoreSeen
from tests.waiting import PATIENCE, wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def cluster(redis_cluster, settings):
    options = {"URL": redis_cluster.url, "TIMEOUT": 0.2 * PATIENCE, "CLUSTER": True}
    settings.TIMELINES = {"BACKEND": "apps.timelines.backends.redis.Timelines", "OPTIONS": options}
    timelines().empty()
    return redis_cluster


@pytest.fixture
def two(world, cluster):
    viewer, friend = world.people(2)
    world.follow(viewer, friend)
    return viewer, friend


def shown(world, viewer) -> list:
    found = selectors.home(viewer_id=viewer, now=world.now)
    assert not found.degraded
    return [one.entry.id for one in found.entries]


def master_of(cluster, name: bytes):
    return cluster.master_of(timelines().nodes.slot_of(name))


def test_a_warm_page_is_two_rounds_in_each_of_which_a_node_is_asked_once(world, two, trips):
    viewer, friend = two
    for _ in range(30):
        world.post(friend)
    shown(world, viewer)
    trips.clear()
    with CaptureQueriesContext(connection) as captured:
        assert len(shown(world, viewer)) == 20
    assert [query["sql"] for query in captured] == []
    assert max(trips.values()) == 2, "the viewer's node: their timeline, then its share of the facts"
    assert len(trips) == 3
    assert sum(trips.values()) == 4


def test_a_node_that_hangs_takes_a_page_down_to_the_database_only_where_the_timeline_is_its(world, two, cluster):
    viewer, friend = two
    made = [world.post(friend) for _ in range(9)]
    assert shown(world, viewer) == made[::-1]
    mine = master_of(cluster, timelines()._key(viewer))
    other = next(server for server in map(cluster.master_of, (0, 8192, 16383)) if server is not mine)
    other.freeze()
    assert shown(world, viewer) == made[::-1], "its facts come from the database"
    other.thaw()


def test_a_master_that_dies_takes_what_it_kept_and_no_more(world, two, cluster):
    viewer, friend = two
    made = [world.post(friend) for _ in range(9)]
    epochs.switch()
    shown(world, viewer)
    shown(world, viewer)
    world.sweep()
    wanted = [key(POST, id) for id in made]
    assert None not in timelines().facts(wanted)
    dead = master_of(cluster, timelines()._fact(wanted[0]))
    lost = [name for name in wanted if master_of(cluster, timelines()._fact(name)) is dead]
    dead.kill()
    with pytest.raises(NotThrough):
        posts.delete(actor_id=friend, post_id=made[0], now=world.tick())
    wait_until(lambda: _answers(wanted[0]), seconds=15, what="the replica to take over")
    kept = dict(zip(wanted, timelines().facts(wanted), strict=True))
    assert [name for name in wanted if kept[name] is None] == lost, "another run of the server begins with nothing"
    assert len(lost) < len(wanted)
    world.sweep()
    assert StoreSeen.objects.get().owed_since is None
    kept = dict(zip(wanted, timelines().facts(wanted), strict=True))
    assert [name for name in wanted if kept[name] is None] == lost, "the others' are not forgotten by making good"
    assert shown(world, viewer) == made[:0:-1]
    assert world.wrong() == []


def _answers(name: bytes) -> bool:
    try:
        timelines().forget([name])
        timelines().incarnation()
    except Exception:
        return False
    return True
