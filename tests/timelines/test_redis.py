"""What Redis makes different: members of bytes, a server that hangs, dies, comes back empty or behind."""

import time
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from apps.core import ids
from apps.core.backends.redis import breaker_of
from apps.core.ids import NIL
from apps.journal.exceptions import NotThrough
from apps.journal.handler import journal
from apps.posts.values import Entry
from apps.timelines import home, selectors
from apps.timelines.backends import redis
from apps.timelines.backends.base import Unavailable
from apps.timelines.backends.redis.packing import pack, unpack
from tests.functional.society import NOW
from tests.waiting import PATIENCE

OWNER, OTHER = ids.mint(now=NOW), ids.mint(now=NOW)
uuids = st.uuids().filter(lambda id: id != NIL)


def post(id: UUID, author: UUID = OTHER) -> Entry:
    return Entry(id, author, NIL, id, author, direct=False, named=())


def built(store: redis.Timelines, *entries: Entry) -> UUID:
    token = ids.mint(now=NOW)
    assert store.begin(OWNER, epoch=1, token=token, now=NOW)
    assert store.complete(OWNER, token=token, entries=entries, coverage=NIL)
    return token


@given(id=uuids, author=uuids, person=uuids, other=uuids)
def test_an_entry_is_packed_into_what_can_not_be_told_from_its_id(id, author, person, other):
    note, reply = post(id, author), Entry(id, author, person, id, author, direct=False, named=())
    for entry, size in ((note, 32), (reply, 48)):
        assert (unpack(pack(entry)), len(pack(entry))) == (entry, size)
    if other != id:
        repost = Entry(id, author, NIL, other, person, direct=False, named=())
        assert (unpack(pack(repost)), len(pack(repost))) == (repost, 64)


def test_what_is_no_entry_is_named():
    with pytest.raises(ValueError, match="has 5 bytes"):
        unpack(b"hello")


def test_a_full_timeline_stays_a_compact_list(redis_server):
    store = redis.Timelines(URL=redis_server.url, PREFIX="compact")
    entries = [
        Entry(ids.mint(now=NOW + timedelta(seconds=n)), OTHER, NIL, OWNER, OTHER, direct=False, named=())
        for n in range(450)
    ]
    built(store, *entries[:200])
    for entry in entries[200:]:
        store.add(entry, tokens=store.markers([OWNER], entry_id=entry.id, epoch=1))
    key = store._key(OWNER)
    assert store.nodes.first.object("encoding", key) == b"listpack"
    assert 200 <= store.nodes.first.zcard(key) - 1 <= 250
    part = store.read(OWNER, epoch=1, limit=500, now=NOW)
    assert [entry.id for entry in part.entries] == [entry.id for entry in reversed(entries)][: len(part.entries)]
    assert part.coverage == part.entries[-1].id


def test_a_server_that_is_away_or_frozen_is_said_so_soon(own_redis):
    store = redis.Timelines(URL=own_redis.url, TIMEOUT=0.1 * PATIENCE)
    built(store)
    own_redis.freeze()
    started = time.monotonic()
    for _ in range(50):
        with pytest.raises(Unavailable, match="does not answer"):
            store.read(OWNER, epoch=1, limit=1, now=NOW)
    took = time.monotonic() - started
    assert took < 5 * 0.25 * PATIENCE + 1, "after five time-outs nothing is asked for a second"
    own_redis.thaw()
    own_redis.kill()
    with pytest.raises(Unavailable):
        store.drop([OWNER], now=NOW)


@pytest.fixture
def on_redis(settings, own_redis):
    settings.TIMELINES = {
        "BACKEND": "apps.timelines.backends.redis.Timelines",
        "OPTIONS": {"URL": own_redis.url, "TIMEOUT": 0.2 * PATIENCE},
    }
    return own_redis


@pytest.mark.django_db
def test_reads_go_on_from_the_oracle_and_what_was_not_delivered_is_delivered_later(on_redis, world):
    ada, ben = world.people(2)
    world.follow(ada, ben)
    first = world.post(ben)
    assert world.home(ada) == [first]
    on_redis.freeze()
    second = world.post(ben)
    assert world.home(ada) == [second, first], "asked of the database"
    assert selectors.home(viewer_id=ada, now=world.now).degraded
    with pytest.raises(NotThrough):  # Another server may still reach the store.
        world.unfollow(ada, ben)
    assert world.home(ada) == []
    world.follow(ada, ben)
    on_redis.thaw()
    breaker_of("127.0.0.1", on_redis.port).close()
    world.sweep()
    assert world.home(ada) == [second, first]
    assert world.wrong() == []
    assert not selectors.home(viewer_id=ada, now=world.now).degraded


@pytest.mark.django_db
def test_one_without_memory_for_anything_is_read_around_and_what_narrows_goes_on(on_redis, world):
    ada, ben = world.people(2)
    world.follow(ada, ben)
    first, second = world.post(ben), world.post(ben)
    assert world.home(ada) == [second, first]
    with Redis.from_url(on_redis.url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("maxmemory", 1)
        third = world.post(ben)
        assert world.home(ada) == [third, second, first], "asked of the database"
        assert selectors.home(viewer_id=ada, now=world.now).degraded
        world.delete(ben, second)  # To forget needs no memory, so it is acknowledged.
        assert world.home(ada) == [third, first]
        client.config_set("maxmemory", 0)
    world.sweep()
    assert journal().failures() == {}, "it is no fault of any post's"
    assert world.home(ada) == [third, first]
    assert world.wrong() == []


@pytest.mark.django_db
def test_emptied_at_any_moment_it_is_built_anew(on_redis, world):
    ada, ben = world.people(2)
    world.follow(ada, ben)
    posts = [world.post(ben) for _ in range(3)]
    assert world.home(ada) == posts[::-1]
    home.timelines().nodes.first.flushall()
    posts.append(world.post(ben))
    assert world.home(ada) == posts[::-1]
    assert world.wrong() == []


@pytest.mark.django_db
def test_what_another_version_stored_is_built_anew(on_redis, world):
    ada, ben = world.people(2)
    world.follow(ada, ben)
    first = world.post(ben)
    assert world.home(ada) == [first]
    store = home.timelines()
    store.nodes.first.zadd(store._key(ada), {first.bytes + bytes(24): 0})
    assert world.home(ada) == [first]
    assert not selectors.home(viewer_id=ada, now=world.now).degraded
    assert world.wrong() == []
