"""The journal on Cassandra. A write that timed out may surface later; repeating it writes the same bytes."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from apps.core import ids
from apps.journal.activities import Activity, Tombstone
from apps.journal.backends.base import BaseJournal, Position

from .session import SCANNING, Call, Session

BUCKET_MS = 600_000
SHARDS = 8
"""Both are how the rows lie: changing one hides what was written before."""


class Journal(BaseJournal):
    """``ALIAS`` names the database of the settings that is a Cassandra keyspace."""

    expires_by_itself = True

    def __init__(self, ALIAS: str = "cassandra") -> None:  # noqa: N803 - an option of the settings
        self.session, self.database = Session(ALIAS), ALIAS
        self._buckets: set[int] = set()

    def append(self, activities: Sequence[Activity]) -> None:
        self._add_buckets(activities)
        self.session.run_together(_appending(activities))

    def _add_buckets(self, activities: Sequence[Activity]) -> None:
        """Make the buckets known before anything is in them: once per process and ten minutes."""
        new = {_bucket(activity.id) for activity in activities} - self._buckets
        self.session.run_all("ADD_BUCKET", [(bucket,) for bucket in new])
        self._buckets = new if len(self._buckets) > 1000 else self._buckets | new

    def index(self, activities: Sequence[Activity]) -> None:
        self.session.run_together(_indexing(activities))

    def get(self, ids: Iterable[UUID]) -> list[Activity]:
        found = self.session.run_all("GET", map(_key, dict.fromkeys(ids)))
        return [_activity(row) for rows in found for row in rows]

    def by_actor(
        self, actor_id: UUID, *, before: UUID | None = None, since: datetime | None = None, limit: int = 100
    ) -> list[Activity]:
        below, floor = (before or ids.MAX).bytes, ids.floor_of(since) if since else ids.NIL
        found: list[UUID] = []
        for (month,) in self.session.run("MONTHS", actor_id.bytes):
            rows = self.session.run("INDEXED_BEFORE", actor_id.bytes, month, below, limit - len(found))
            found += [UUID(bytes=id) for (id,) in rows]
            if len(found) >= limit or (found and found[-1] < floor):
                break
        wanted = [id for id in found if id >= floor]
        activities = {activity.id: activity for activity in self.get(wanted)}
        there = [activities[id] for id in wanted if id in activities]
        missing = len(wanted) - len(there)
        if not missing or len(wanted) < limit:
            return there
        # What is in the index may never have come: others take a short answer for the last one.
        return there + self.by_actor(actor_id, before=wanted[-1], since=since, limit=missing)

    def by_object(self, *, actor_id: UUID, object_id: UUID) -> list[Activity]:
        return self.get(id for id, object in self._indexed(actor_id) if object == object_id)

    def _indexed(self, actor_id: UUID) -> Iterator[tuple[UUID, UUID]]:
        for (month,) in self.session.run("MONTHS", actor_id.bytes):
            for id, object_id in self.session.pages("INDEXED", actor_id.bytes, month):
                yield UUID(bytes=id), UUID(bytes=object_id)

    def newest_of(self, actor_id: UUID) -> UUID | None:
        return next((UUID(bytes=newest) for (newest,) in self.session.run("NEWEST", actor_id.bytes)), None)

    def scan(self, position: Position = "") -> Iterator[tuple[Position, Activity]]:
        """Walk the partitions in the order of their tokens, the rows of each by id."""
        if not position:
            yield from self._scanned("SCAN")
            return
        bucket, shard, last = position.split(".")
        yield from self._scanned("SCAN_REST", int(bucket), int(shard), bytes.fromhex(last))
        yield from self._scanned("SCAN_ON", int(bucket), int(shard))

    def _scanned(self, name: str, *args: Any) -> Iterator[tuple[Position, Activity]]:
        for bucket, shard, *row in self.session.pages(name, *args, profile=SCANNING):
            yield f"{bucket}.{shard}.{row[0].hex()}", _activity(row)

    def recent(self, since: datetime) -> Iterator[Activity]:
        floor = ids.floor_of(since)
        for (bucket,) in self.session.pages("BUCKETS", _bucket(floor)):
            places = [(bucket, shard, floor.bytes) for shard in range(SHARDS)]
            yield from map(_activity, self.session.pages_of_all("SINCE", places))

    def claim(self, *, actor_id: UUID, key: str, digest: str, activity: Activity) -> tuple[str, Activity]:
        args = (actor_id.bytes, key, digest, activity.id.bytes, _dumped(activity))
        applied = self.session.run_again("CLAIM", *args).one()  # Who made one meets their own.
        if applied.applied:
            return digest, activity
        return applied.digest, _loaded(applied.activity)

    def claimed(self, *, actor_id: UUID, key: str) -> tuple[str, Activity] | None:
        held = self.session.run("CLAIMED", actor_id.bytes, key).one()
        return (held.digest, _loaded(held.activity)) if held else None

    def mark(self, done: Iterable[tuple[UUID, str]]) -> None:
        self.session.run_all("MARK", [(*_key(id), stage) for id, stage in done])

    def marks(self, ids: Iterable[UUID]) -> dict[UUID, set[str]]:
        partitions: dict[tuple[int, int], list[bytes]] = {}
        for bucket, shard, id in map(_key, ids):
            partitions.setdefault((bucket, shard), []).append(id)
        found: dict[UUID, set[str]] = {}
        for rows in self.session.run_all("MARKS", [(*at, wanted) for at, wanted in partitions.items()]):
            for id, stage in rows:
                found.setdefault(UUID(bytes=id), set()).add(stage)
        return found

    def failed(self, id: UUID, stage: str, error: str) -> int:
        said = error[:2000]
        while True:  # Somebody else may count as well, or remove the row because it is done.
            held = self.session.run("FAILED_FIRST", id.bytes, stage, said).one()
            if held.applied:
                return 1
            if self.session.run("FAILED_AGAIN", held.times + 1, said, id.bytes, stage, held.times).one().applied:
                return int(held.times) + 1

    def failures(self) -> dict[tuple[UUID, str], tuple[int, str]]:
        found = {(UUID(bytes=id), stage): (times, error) for id, stage, times, error in self.session.pages("FAILURES")}
        done = self.marks({id for id, _ in found})
        over = {(id, stage) for id, stage in found if stage in done.get(id, ())}
        self.session.run_all(
            "REMOVE_FAILURE", [(id.bytes, stage) for id, stage in over]
        )  # Marks expire; these would not.
        return {key: value for key, value in found.items() if key not in over}

    def replace(self, activity: Activity) -> None:
        """Write a microsecond later than the append: a repeated append brings nothing back."""
        self.session.run("EMPTY", _time(activity.id) + 1, _payload(activity), *_key(activity.id))
        for key, id, seconds in self.session.run("CLAIMS", activity.actor_id.bytes):
            if id == activity.id.bytes:  # For as long as the rest of the claim lives; 0 would be for ever.
                self.session.run_again("EMPTY_CLAIM", max(1, seconds), _dumped(activity), activity.actor_id.bytes, key)

    def remove(self, activities: Sequence[Activity]) -> None:
        """Write later than the append, so that a repeated one brings nothing back."""
        now = _now()
        self.session.run_all("REMOVE", [(max(now, _time(a.id)) + 2, *_key(a.id)) for a in activities])

    def remove_actor(self, tombstone: Tombstone) -> None:
        actor = tombstone.actor_id.bytes
        self.session.run("BURY", actor, tombstone.erased_at.bytes, _time(tombstone.erased_at))
        time = max(_time(tombstone.erased_at), _now(), _time(self.newest_of(tombstone.actor_id) or ids.NIL)) + 2
        self.session.run_all("REMOVE", [(time, *_key(id)) for id, _ in self._indexed(tombstone.actor_id)])
        months = [month for (month,) in self.session.run("MONTHS", actor)]
        self.session.run_all("REMOVE_INDEX", [(time, actor, month) for month in months])
        self.session.run("REMOVE_MONTHS", time, actor)  # Last: it is how an interrupted erasure finds the rest.
        self.session.run_all("REMOVE_CLAIM", [(actor, key) for key, _, _ in self.session.run("CLAIMS", actor)])

    def tombstones(self, ids: Iterable[UUID] | None = None) -> dict[UUID, Tombstone]:
        if ids is None:
            rows = list(self.session.pages("TOMBSTONES"))
        else:
            wanted = [(id.bytes,) for id in dict.fromkeys(ids)]
            rows = [row for found in self.session.run_all("TOMBSTONE", wanted) for row in found]
        found = [Tombstone(UUID(bytes=actor), UUID(bytes=at)) for actor, at in rows]
        return {tombstone.actor_id: tombstone for tombstone in found}

    def watermark(self) -> datetime | None:
        held = self.session.run("WATERMARK").one()
        return ids.moment_of(UUID(bytes=held.moment)) if held else None

    def set_watermark(self, moment: datetime) -> None:
        id = ids.floor_of(moment)
        self.session.run("RAISE_WATERMARK", id.bytes, _time(id))

    def clock(self) -> datetime:
        moment: datetime = self.session.run("CLOCK").one()[0]
        return moment.replace(tzinfo=UTC)


def _bucket(id: UUID) -> int:
    return (id.int >> 80) // BUCKET_MS


def _key(id: UUID) -> tuple[int, int, bytes]:
    """Return bucket, shard and bytes of an id: where its row lies can be told from the id alone."""
    return _bucket(id), id.int % SHARDS, id.bytes


def _month(activity: Activity) -> tuple[bytes, int]:
    moment = activity.moment
    return activity.actor_id.bytes, moment.year * 12 + moment.month


def _time(id: UUID) -> int:
    """Return the write time of what an id says, in microseconds."""
    return (ids.moment_of(id) - ids.EPOCH) // timedelta(microseconds=1)


def _now() -> int:
    return (datetime.now(UTC) - ids.EPOCH) // timedelta(microseconds=1)


def _appending(activities: Sequence[Activity]) -> Iterator[Call]:
    yield from (("APPEND", _row(activity)) for activity in activities)
    yield from _indexing(activities)


def _indexing(activities: Sequence[Activity]) -> Iterator[Call]:
    """Yield what makes activities be found by actor. An index whose row never came is passed over by whoever reads it."""
    newest: dict[tuple[bytes, int], UUID] = {}
    for a in activities:
        newest[_month(a)] = max(a.id, newest.get(_month(a), ids.NIL))
        yield "INDEX", (*_month(a), a.id.bytes, a.object_id.bytes, _time(a.id))
    yield from (("ADD_MONTH", (*month, id.bytes, _time(id))) for month, id in newest.items())


def _row(activity: Activity) -> tuple[Any, ...]:
    said = (activity.actor_id.bytes, str(activity.verb), activity.object_id.bytes, _payload(activity))
    return (*_key(activity.id), *said, _time(activity.id))


def _payload(activity: Activity) -> str:
    return json.dumps(dict(activity.payload), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _activity(row: Sequence[Any]) -> Activity:
    id, actor_id, verb, object_id, payload = row
    return Activity(UUID(bytes=id), UUID(bytes=actor_id), verb, UUID(bytes=object_id), json.loads(payload))


def _dumped(activity: Activity) -> str:
    return json.dumps(
        [activity.id.hex, activity.actor_id.hex, activity.verb, activity.object_id.hex, _payload(activity)]
    )


def _loaded(text: str) -> Activity:
    id, actor_id, verb, object_id, payload = json.loads(text)
    return Activity(UUID(id), UUID(actor_id), verb, UUID(object_id), json.loads(payload))
