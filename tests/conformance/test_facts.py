"""What every backend does that keeps facts beside timelines; one that keeps none may be asked all the same."""

from datetime import timedelta
from uuid import UUID

import pytest

from apps.core import ids
from apps.core.ids import MAX, NIL
from apps.posts.values import Entry
from apps.timelines.backends import orm, query, redis
from apps.timelines.backends.base import Along, BaseTimelines, Part
from tests.functional.society import NOW
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db
OWNER, OTHER, FRIEND, ANSWERED, ORIGINAL = (ids.mint(now=NOW + timedelta(seconds=n)) for n in range(5))
A, B = b"pa", b"pb"


@pytest.fixture(params=["query", "orm", "redis_server", "redis_cluster"])
def store(request) -> BaseTimelines:
    if request.param == "query":
        return query.Timelines()
    return _store(request, request.param)


@pytest.fixture(params=["redis_server", "redis_cluster"])
def keeping(request) -> BaseTimelines:
    """Return a store that keeps facts."""
    store = _store(request, request.param)
    assert store.keeps_facts
    return store


def _store(request, kind: str) -> BaseTimelines:
    if kind == "orm":
        return orm.Timelines()
    url, in_cluster = request.getfixturevalue(kind).url, kind == "redis_cluster"
    timelines = redis.Timelines(URL=url, TIMEOUT=PATIENCE, CLUSTER=in_cluster)
    timelines.empty()
    return timelines


def kept(store: BaseTimelines, key: bytes) -> bytes | None:
    return store.facts([key])[0]


def fill(store: BaseTimelines, key: bytes, lease: bytes, value: bytes) -> None:
    store.fill({key: (lease, value)}, seconds=60)


def test_what_was_filled_in_under_a_lease_is_kept_where_any_is(store):
    assert store.facts([A, B]) == [None, None]
    one, other = store.lease([A, B])
    assert store.facts([A, B]) == [None, None]
    store.fill({A: (one, b"1a"), B: (other, b"1b")}, seconds=60)
    assert store.facts([A, B]) == ([b"1a", b"1b"] if store.keeps_facts else [None, None])
    store.forget([A])
    assert store.facts([A, B]) == ([None, b"1b"] if store.keeps_facts else [None, None])


def test_nothing_asked_is_nothing_found(store):
    assert store.facts([]) == store.lease([]) == []
    store.fill({}, seconds=60)
    store.forget([])
    store.forget_slots({})
    store.fill_slot(OWNER, lease=b"", facts={})


def test_a_lease_ends_with_the_change_that_it_did_not_see(keeping):
    (lease,) = keeping.lease([A])
    keeping.forget([A])
    fill(keeping, A, lease, b"1old")
    assert kept(keeping, A) is None


def test_a_lease_of_before_is_not_the_lease_of_after(keeping):
    (before,) = keeping.lease([A])
    keeping.forget([A])
    (after,) = keeping.lease([A])
    fill(keeping, A, before, b"1old")
    assert kept(keeping, A) is None
    fill(keeping, A, after, b"1new")
    assert kept(keeping, A) == b"1new"


def test_emptying_everything_ends_leases_too(keeping):
    (lease,) = keeping.lease([A])
    keeping.empty()
    fill(keeping, A, lease, b"1old")
    assert kept(keeping, A) is None


def test_several_may_hold_one_lease_and_the_first_answer_stays(keeping):
    assert keeping.lease([A]) == keeping.lease([A])
    (lease,) = keeping.lease([A])
    fill(keeping, A, lease, b"1first")
    fill(keeping, A, lease, b"1second")
    assert kept(keeping, A) == b"1first"
    assert keeping.lease([A]) == [b""], "what is there needs no lease"


def test_what_is_kept_expires(keeping):
    (lease,) = keeping.lease([A])
    fill(keeping, A, lease, b"1a")
    node = keeping.nodes.node_of(keeping.nodes.slot_of(keeping._fact(A)))
    assert 0 < node.client.ttl(keeping._fact(A, node.run)) <= 60


def entry(seconds: float, *, person: UUID = NIL, post: UUID | None = None, author: UUID = FRIEND) -> Entry:
    id = ids.mint(now=NOW + timedelta(minutes=1, seconds=seconds))
    return Entry(id, author, person, post or id, OTHER if post else author, direct=False, named=())


def built(store: BaseTimelines, *entries: Entry) -> None:
    token = ids.mint(now=NOW)
    assert store.begin(OWNER, epoch=1, token=token, now=NOW)
    assert store.complete(OWNER, token=token, entries=entries, coverage=NIL)


MARKED = Along(posts=9)


def read(store: BaseTimelines, along: Along = MARKED) -> Part:
    part = store.read(OWNER, epoch=1, before=MAX, limit=9, now=NOW, along=along)
    assert part is not None
    return part


def test_what_the_owner_did_and_how_they_stand_comes_along_with_a_part(keeping):
    post, reply, repost = entry(0), entry(1, person=ANSWERED), entry(2, post=ORIGINAL)
    built(keeping, post, reply, repost)
    facts = {b"r" + id.bytes: b"1r" for id in (FRIEND, ANSWERED, OTHER, ORIGINAL)}
    facts |= {b"m" + id.bytes: b"1m" for id in (post.id, reply.id, ORIGINAL, repost.id)} | {b"w": b"17"}
    keeping.fill_slot(OWNER, lease=read(keeping).lease, facts=facts)
    came = set(read(keeping).facts)
    assert came == facts.keys() - {b"r" + ORIGINAL.bytes, b"m" + repost.id.bytes}
    assert set(read(keeping, Along(posts=1)).facts) == came - {b"m" + post.id.bytes, b"m" + reply.id.bytes}
    assert b"r" + ORIGINAL.bytes in read(keeping, Along(people=(ORIGINAL,))).facts


def test_a_slot_is_filled_under_the_lease_that_came_with_the_part(keeping):
    built(keeping, entry(0))
    lease, fact = read(keeping).lease, {b"r" + FRIEND.bytes: b"1r"}
    keeping.forget_slots({OWNER: [b"r" + FRIEND.bytes]})
    keeping.fill_slot(OWNER, lease=lease, facts=fact)
    assert read(keeping).facts == {}
    keeping.fill_slot(OWNER, lease=read(keeping).lease, facts=fact)
    assert read(keeping).facts == fact


@pytest.mark.parametrize("emptied", [True, False])
def test_a_drop_ends_the_slot_and_its_lease(keeping, emptied):
    built(keeping, entry(0))
    lease = read(keeping).lease
    keeping.empty() if emptied else keeping.drop([OWNER], now=NOW)
    built(keeping, entry(0))
    keeping.fill_slot(OWNER, lease=lease, facts={b"r" + FRIEND.bytes: b"1old"})
    assert read(keeping).facts == {}


def test_all_facts_and_leases_are_forgotten_and_the_timeline_stays(keeping):
    built(keeping, entry(0))
    one, other = keeping.lease([A, B])
    fill(keeping, A, one, b"1a")
    lease = read(keeping).lease
    keeping.fill_slot(OWNER, lease=lease, facts={b"w": b"12"})
    keeping.forget_all()
    fill(keeping, B, other, b"1b")
    keeping.fill_slot(OWNER, lease=lease, facts={b"w": b"12"})
    assert keeping.facts([A, B]) == [None, None]
    assert read(keeping).facts == {}


def test_fields_are_forgotten_one_by_one_and_all_at_once(keeping):
    built(keeping, entry(0))
    facts = {b"r" + FRIEND.bytes: b"1r", b"w": b"12"}
    keeping.fill_slot(OWNER, lease=read(keeping).lease, facts=facts)
    keeping.forget_slots({OWNER: [b"w"], OTHER: [b"w"]})
    assert read(keeping).facts.keys() == {b"r" + FRIEND.bytes}
    keeping.forget_slots({OWNER: []})
    assert read(keeping).facts == {}
