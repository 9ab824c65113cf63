"""A timeline that nobody reads is let go, and gets no pushes any more."""

from datetime import timedelta

import pytest

from apps.core import ids
from apps.core.ids import NIL
from apps.posts.values import Entry
from apps.timelines.backends import orm, redis
from tests.functional.society import NOW
from tests.waiting import PATIENCE

OWNER = ids.mint(now=NOW)


def build(store) -> None:
    token = ids.mint(now=NOW)
    assert store.begin(OWNER, epoch=1, token=token, now=NOW)
    assert store.complete(OWNER, token=token, entries=[], coverage=NIL)


def pushed(store, *, at: timedelta) -> bool:
    id = ids.mint(now=NOW + at)
    tokens = store.markers([OWNER], entry_id=id, epoch=1)
    store.add(Entry(id, OWNER, NIL, id, OWNER, direct=False, named=()), tokens=tokens)
    return bool(tokens)


@pytest.mark.django_db
def test_in_the_database_the_sweeper_drops_what_was_not_read_for_so_long():
    store = orm.Timelines()
    build(store)
    late = NOW + timedelta(days=9)
    assert store.read(OWNER, epoch=1, limit=1, now=late) is not None
    assert store.expire(unread_since=NOW + timedelta(days=8), now=late) == 0, "it was read since"
    assert store.expire(unread_since=NOW + timedelta(days=10), now=late) == 1
    assert not pushed(store, at=timedelta(days=11))


def test_in_redis_the_server_does_and_each_read_puts_it_off(redis_server):
    store = redis.Timelines(URL=redis_server.url, PREFIX="expiry", TIMEOUT=PATIENCE)
    build(store)
    (key,) = [key for part in store._scanned() for key in part]
    assert 29 < store.nodes.first.ttl(key) / 86_400 <= 30
    store.nodes.first.expire(key, 60)
    assert store.read(OWNER, epoch=1, limit=1, now=NOW) is not None
    assert store.nodes.first.ttl(key) > 29 * 86_400
    store.nodes.first.unlink(key)
    assert not pushed(store, at=timedelta(seconds=1))


def test_a_build_that_died_takes_pushes_for_minutes_only(redis_server):
    store = redis.Timelines(URL=redis_server.url, PREFIX="dead", TIMEOUT=PATIENCE)
    assert store.begin(OWNER, epoch=1, token=ids.mint(now=NOW), now=NOW)
    assert pushed(store, at=timedelta(seconds=1))
    (key,) = [key for part in store._scanned() for key in part]
    assert 0 < store.nodes.first.ttl(key) <= 600
