"""Every statement on a collection that would be sharded names its shard key, ``_id``, or is listed here with the reason.

Nothing here is sharded: the development binary has no ``mongos``. See decision 15.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from apps.accounts.models import Profile
from apps.graph.models import Count, Pair
from apps.journal import sweeper
from apps.journal.activities import Verb
from apps.posts.models import Like, Post
from apps.timelines import selectors as timelines
from apps.timelines.handler import timelines as store
from project.mongodb.profiler import examined
from tests.timelines.world import World

pytestmark = pytest.mark.django_db
SHARDED = {model._meta.db_table for model in (Post, Like, Pair, Count, Profile)}
_EDGES = "lists of one end of the edges: builds, fan-out and people's lists; each shard merges its index"
_AVOIDED = "whom one blocks, mutes or is asked by: after five empty rounds, and for a count that is kept"
_RANGES = "entries of authors in order: builds, first pages of a person, scrolling far back"
_COUNTING = "a job counts, at most once a second for each"
ASK_ALL_SHARDS = {
    **{("graph_pair", f"{side}_following {end}"): _EDGES for side in "ab" for end in ("high", "low")},
    ("graph_pair", "$or"): _AVOIDED,
    ("graph_count", "kind pending"): "the sweeper looks for what is to be counted",
    ("posts_post", "author"): _RANGES,
    ("posts_post", "author pushed"): _RANGES,
    ("posts_post", "thread"): "a thread's page",
    ("posts_post", "listed"): "the public page, which a shared cache keeps",
    ("posts_post", "author reposted standing"): "what one reposted of a page, which is kept; and a count of posts",
    ("posts_post", "parent standing"): _COUNTING,
    ("posts_post", "reposted standing"): _COUNTING,
    ("posts_like", "object standing"): _COUNTING,
}
"""Collection and columns by value: why it may ask every shard."""


@pytest.fixture
def world() -> World:
    return World()


def named(meant: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield which columns a filter names, and whether by value."""
    for name, value in meant.items():
        if name == "$and":
            for part in value:
                yield from named(part)
        elif name == "$expr":
            yield from _named_in_expression(value)
        else:
            yield name, not isinstance(value, Mapping) or bool({"$eq", "$in"} & value.keys())


def _named_in_expression(expression: Any) -> Iterator[tuple[str, bool]]:
    if isinstance(expression, Mapping):
        for operator, args in expression.items():
            if operator in ("$eq", "$in") and isinstance(args, list) and str(args[0]).startswith("$"):
                yield str(args[0])[1:], True
            elif operator == "$and":
                for part in args:
                    yield from _named_in_expression(part)


def live(world: World) -> None:
    """Do all that people do."""
    ada, bob, cat = world.people(3)
    world.follow(ada, bob, cat)
    world.follow(bob, ada)
    first = world.post(bob)
    answer = world.post(cat, answering=first)
    world.repost(bob, answer)
    world.do(Verb.LIKE, ada, first)
    world.narrow(bob, first, 2)
    world.mute(ada, cat)
    for _ in range(2):
        for person in (ada, bob, cat):
            world.home(person)
            timelines.profile(viewer_id=person, person_id=bob, now=world.now)
            timelines.thread(viewer_id=ada, post_id=first, now=world.now)
        store().drop([ada, bob, cat], now=world.now)
    timelines.public(viewer_id=ada, now=world.now)
    world.delete(bob, first)
    world.unfollow(ada, cat)
    world.block(ada, cat)
    sweeper.sweep(now=world.tick(60))


def test_every_statement_names_the_shard_key_or_says_why_not(world):
    with examined() as seen:
        live(world)
    one_shard, all_shards = set(), set()
    for collection, meant in seen.filters:
        columns = {name for name, by_value in named(meant) if by_value}
        if collection in SHARDED and "_id" in columns:
            one_shard.add(collection)
        elif collection in SHARDED:
            all_shards.add((collection, " ".join(sorted(columns))))
    assert sorted(all_shards - ASK_ALL_SHARDS.keys()) == []
    assert one_shard == SHARDED
