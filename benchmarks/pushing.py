"""Fan-out of an entry: what it costs beside a plain ZADD, and what it takes in memory."""

import os
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.timezone import now as clock
from redis.cluster import RedisCluster

from apps.core import ids
from apps.core.backends.redis_nodes import whole
from apps.core.folds import batched
from apps.core.ids import NIL
from apps.graph.models import Pair
from apps.graph.projectors import pair_key
from apps.posts.values import Entry
from apps.timelines import epochs, fanout
from apps.timelines.backends.redis import Timelines
from apps.timelines.backends.redis.packing import COMPLETE, marker, pack
from apps.timelines.handler import timelines

from .report import Row
from .timing import compare

FOLLOWERS = 10_000
_ROUNDS = 5
"""So few that no set is trimmed meanwhile."""


def rows() -> Iterator[Row]:
    """Measure an entry's way into full timelines; the floor is redis-py's pipelined ZADD on sets just as full."""
    author = ids.mint(now=clock())
    owners = followed(author, FOLLOWERS)
    fill(owners)
    fresh = (entry_by(author) for _ in iter(int, 1))
    tokens = dict.fromkeys(owners, _token())
    store: Any = timelines()

    client = _plain_client()

    def plain() -> None:
        member = pack(next(fresh))
        for part in batched(owners, 500):
            pipe = client.pipeline(transaction=False)
            for owner in part:
                pipe.zadd(store._key(owner), {member: 0})
            pipe.execute()

    def added() -> None:
        timelines().add(next(fresh), tokens=tokens)

    def whole() -> None:
        deliver(next(fresh), owners)

    costs = compare({"plain": plain, "added": added, "whole": whole}, rounds=_ROUNDS)
    for name, what, most in (
        ("added", "one entry into a timeline ÷ redis-py's pipelined ZADD", 0.8),
        ("whole", "the whole fan-out of it, with followers and markers read ÷ the same", None),
    ):
        yield Row(f"{what} (CPU)", costs[name].cpu / FOLLOWERS, costs["plain"].cpu / FOLLOWERS, "µs", most=most)
    fill(owners[:100])
    yield _memory(owners[:100])


def _plain_client() -> Any:
    """Return redis-py's own client of the store: it splits a pipeline among the nodes of a cluster."""
    store: Any = timelines()
    if not store.nodes.in_cluster:
        return store.nodes.first
    return RedisCluster.from_url(os.environ["REDIS_CACHE_URL"].split(",")[0])


def _client_of(key: bytes) -> Any:
    store: Any = timelines()
    return store.nodes.node_of(store.nodes.slot_of(key)).client


def _memory(owners: Sequence[UUID]) -> Row:
    store: Any = timelines()
    taken = held = 0
    for owner in owners:
        key = store._key(owner)
        taken += _client_of(key).memory_usage(key, samples=0)
        held += sum(len(member) for member in _client_of(key).zrange(key, 0, -1) if member[0] != 0xFF)
    count = held / 32
    what = f"bytes per stored entry ÷ the ids that it holds, {timelines().cap} entries"
    return Row(what, taken / count, held / count, "B", most=1.4)


def followed(author: UUID, count: int) -> list[UUID]:
    """Let ``count`` people follow ``author``; their rows in the graph are all there is of them."""
    start, now = ids.tick_at(clock() - timedelta(days=9)), clock()
    people = sorted(ids.at_tick(start + at) for at in range(count))
    for part in batched(people, 5_000):
        Pair.objects.bulk_create([_following(author, person, ids.mint(now=now)) for person in part])
    return people


def _following(author: UUID, person: UUID, follow: UUID) -> Pair:
    low, high, side = min(author, person), max(author, person), "a" if person < author else "b"
    states: dict[str, Any] = {f"{side}_follow": follow, f"{side}_granted": follow, f"{side}_following": True}
    return Pair(pair_key(author, person), low=low, high=high, **states)


def fill(owners: Sequence[UUID]) -> None:
    """Give each a full timeline: one is made, the others are copies."""
    store: Any = timelines()
    assert isinstance(store, Timelines)
    key, old = store.prefix + b"full", ids.tick_at(clock() - timedelta(days=1))
    members = {pack(entry_by(ids.at_tick(1), at=old + at)): 0 for at in range(store.cap)}
    mark = marker(state=COMPLETE, epoch=epoch(), token=_token(), coverage=NIL, begun=0)
    client = _client_of(key)
    client.delete(key)
    client.zadd(key, {**members, mark: 0})
    dump = client.dump(key)
    for part in batched(owners, 1_000):
        said = store.nodes.ask(
            part, store._key, lambda _, one: ("RESTORE", store._key(one[0]), 0, dump, "REPLACE"), alone=True
        )
        whole(said)


def deliver(entry: Entry, owners: Sequence[UUID]) -> None:
    """Push an entry to all followers of its author, as a job does, and see that it came to the first and to the last."""
    fanout.push(entry, epoch=epoch())
    store: Any = timelines()
    for owner in (owners[0], owners[-1]):
        key = store._key(owner)
        if _client_of(key).zscore(key, pack(entry)) is None:
            raise RuntimeError(f"{owner} was not pushed to")


def entry_by(author: UUID, *, at: int | None = None) -> Entry:
    id = ids.mint(now=clock()) if at is None else ids.at_tick(at)
    return Entry(id, author, NIL, id, author, direct=False, named=())


def _token() -> UUID:
    return UUID(int=7)


def epoch() -> int:
    """Return the epoch of the site's timelines, which must be in Redis."""
    found = epochs.certain()
    if found is None:
        raise RuntimeError("the site's timelines are elsewhere")
    return found
