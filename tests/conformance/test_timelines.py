"""What every backend that stores timelines does. A new one adds a parameter.

Each step may race with every other, so what counts is which generation (token) a step was meant for.
"""

from datetime import timedelta
from uuid import UUID

import pytest

from apps.core import ids
from apps.core.ids import MAX, NIL
from apps.posts.values import Entry
from apps.timelines.backends import orm, redis
from apps.timelines.backends.base import BaseTimelines
from tests.functional.society import NOW
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db
OWNER, OTHER, AUTHOR = (ids.mint(now=NOW) for _ in range(3))
CAP = 5


@pytest.fixture(params=["orm", "redis_server", "redis_cluster"])
def store(request) -> BaseTimelines:
    if request.param == "orm":
        return orm.Timelines(CAP=CAP)
    url, in_cluster = request.getfixturevalue(request.param).url, request.param == "redis_cluster"
    timelines = redis.Timelines(URL=url, CAP=CAP, TIMEOUT=PATIENCE, CLUSTER=in_cluster)
    timelines.empty()
    return timelines


def entry(seconds: float) -> Entry:
    id = ids.mint(now=NOW + timedelta(seconds=seconds))
    return Entry(id, AUTHOR, NIL, id, AUTHOR, direct=False, named=())


def token(seconds: float = 0) -> UUID:
    return ids.mint(now=NOW + timedelta(seconds=seconds))


def built(store: BaseTimelines, *entries: Entry, owner: UUID = OWNER, epoch: int = 1, coverage: UUID = NIL) -> UUID:
    made = token()
    assert store.begin(owner, epoch=epoch, token=made, now=NOW)
    assert store.complete(owner, token=made, entries=entries, coverage=coverage)
    return made


def read(store: BaseTimelines, *, owner: UUID = OWNER, epoch: int = 1, limit: int = 10, **asked) -> list[Entry] | None:
    part = store.read(owner, epoch=epoch, limit=limit, now=NOW, **asked)
    return None if part is None else list(part.entries)


def push(store: BaseTimelines, new: Entry, *owners: UUID, epoch: int = 1) -> dict[UUID, UUID]:
    tokens = store.markers(owners or [OWNER], entry_id=new.id, epoch=epoch)
    store.add(new, tokens=tokens)
    return tokens


def test_what_is_not_built_is_not_there(store):
    assert read(store) is None
    assert push(store, entry(1)) == {}
    assert read(store) is None


def test_a_built_timeline_is_read_either_way_between_any_ids(store):
    one, two, three = entry(1), entry(2), entry(3)
    built(store, two, one, three)
    assert read(store) == [three, two, one]
    assert read(store, newest_first=False) == [one, two, three]
    assert read(store, limit=2) == [three, two]
    assert read(store, before=three.id) == [two, one]
    assert read(store, after=one.id) == [three, two]
    assert read(store, before=MAX, after=three.id) == []
    assert read(store, owner=OTHER) is None


def test_what_is_pushed_comes_once_even_while_it_is_built(store):
    early, late = entry(1), entry(2)
    made = token()
    assert store.begin(OWNER, epoch=1, token=made, now=NOW)
    assert push(store, late) == {OWNER: made}
    assert read(store) is None, "half built"
    assert store.complete(OWNER, token=made, entries=[early, late], coverage=NIL)
    push(store, late)
    assert read(store) == [late, early]


def test_one_builds_at_a_time_and_who_died_is_replaced(store):
    first, second = token(), token()
    assert store.begin(OWNER, epoch=1, token=first, now=NOW)
    assert not store.begin(OWNER, epoch=1, token=second, now=NOW + timedelta(seconds=1))
    later = NOW + store.take_over_after + timedelta(seconds=1)
    assert store.begin(OWNER, epoch=1, token=second, now=later)
    assert not store.complete(OWNER, token=first, entries=[entry(1)], coverage=NIL)
    assert read(store) is None
    kept = entry(2)
    assert store.complete(OWNER, token=second, entries=[kept], coverage=NIL)
    assert read(store) == [kept]


def test_a_build_that_was_dropped_meanwhile_is_not_kept(store):
    made = token()
    store.begin(OWNER, epoch=1, token=made, now=NOW)
    store.drop([OWNER, OTHER], now=NOW)
    assert not store.complete(OWNER, token=made, entries=[entry(1)], coverage=NIL)
    assert read(store) is None


def test_a_push_meant_for_a_dropped_generation_is_not_seen(store):
    built(store, entry(1))
    new = entry(3)
    tokens = store.markers([OWNER], entry_id=new.id, epoch=1)
    store.drop([OWNER], now=NOW)
    rebuilt = entry(2)
    built(store, rebuilt)
    store.add(new, tokens=tokens)
    assert read(store) == [rebuilt]


def test_another_epoch_is_another_site(store):
    built(store, entry(1))
    assert read(store, epoch=2) is None
    assert push(store, entry(2), epoch=2) == {}
    assert store.begin(OWNER, epoch=2, token=token(), now=NOW)
    assert read(store, epoch=1) is None
    assert not store.begin(OWNER, epoch=1, token=token(), now=NOW + timedelta(hours=1))


def test_below_its_coverage_a_timeline_takes_and_tells_nothing(store):
    old, lowest, new = entry(1), entry(2), entry(3)
    built(store, lowest, new, coverage=lowest.id)
    assert push(store, old) == {}
    part = store.read(OWNER, epoch=1, limit=10, now=NOW)
    assert (part.entries, part.coverage) == ((new, lowest), lowest.id)
    assert read(store, after=old.id, newest_first=False) is None


def test_it_is_trimmed_to_its_cap_and_says_from_where_on_it_is_whole(store):
    entries = [entry(at) for at in range(100)]
    built(store, *entries[:CAP])
    for new in entries[CAP:]:
        push(store, new)
    while store.trim(now=NOW):
        pass
    part = store.read(OWNER, epoch=1, limit=200, now=NOW)
    assert list(part.entries) == entries[::-1][: len(part.entries)]
    assert CAP <= len(part.entries) < 100
    assert part.coverage == part.entries[-1].id


def test_owners_are_those_with_a_complete_timeline(store):
    people = sorted([OWNER, OTHER])
    for owner in people:
        built(store, entry(1), owner=owner)
    assert sorted(store.owners(epoch=1)) == people
    assert list(store.owners(epoch=2)) == []
    store.begin(OWNER, epoch=2, token=token(), now=NOW)
    assert list(store.owners(epoch=1)) == [OTHER]
    assert list(store.owners(epoch=2)) == [], "not yet complete"


@pytest.mark.collscan("to empty the timelines is to read them whole")
def test_it_may_be_emptied_at_any_moment(store):
    made = built(store, entry(1))
    store.empty()
    assert read(store) is None
    store.add(entry(2), tokens={OWNER: made})
    assert read(store) is None
