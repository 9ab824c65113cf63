"""The tables, as ``sync_cassandra`` makes them. Reading and writing go by prepared statements (``statements``).

Ids are blobs of 16 bytes: Cassandra orders its own uuid type by version first, and a cursor may be of any. A bucket is ten
minutes of acceptance, a shard one of eight: together a partition of some ten thousand rows at a hundred posts a second.
"""

from cassandra.cqlengine import columns
from cassandra.cqlengine.models import Model

DAY = 24 * 3600
CLAIMS_LIVE = DAY
MARKS_LIVE = 7 * DAY
"""Longer than the sweeper looks back; what is older than its mark and still pending is repeated, which does no harm."""

_IN_WINDOWS = {
    "compaction": {
        "class": "org.apache.cassandra.db.compaction.TimeWindowCompactionStrategy",
        "compaction_window_unit": "DAYS",
        "compaction_window_size": "1",
    }
}


class Activity(Model):
    """What was accepted. Writing this row is the commit point."""

    __table_name__ = "activity"
    bucket = columns.Integer(primary_key=True, partition_key=True)
    shard = columns.TinyInt(primary_key=True, partition_key=True)
    id = columns.Blob(primary_key=True)
    actor_id = columns.Blob()
    verb = columns.Text()
    object_id = columns.Blob()
    payload = columns.Text()


class Bucket(Model):
    """The buckets that hold anything: a row each ten minutes."""

    __table_name__ = "bucket"
    part = columns.TinyInt(primary_key=True, partition_key=True)
    bucket = columns.Integer(primary_key=True)


class ByActor(Model):
    """What an actor did in a month, without the payloads: those stand in one place, where they can be emptied."""

    __table_name__ = "by_actor"
    actor_id = columns.Blob(primary_key=True, partition_key=True)
    month = columns.Integer(primary_key=True, partition_key=True)
    id = columns.Blob(primary_key=True, clustering_order="DESC")
    object_id = columns.Blob()


class ActorMonth(Model):
    """The months in which an actor did anything, and the newest of each: the greatest write time wins."""

    __table_name__ = "actor_month"
    actor_id = columns.Blob(primary_key=True, partition_key=True)
    month = columns.Integer(primary_key=True, clustering_order="DESC")
    newest = columns.Blob()


class Claim(Model):
    """An idempotency key of an actor, by lightweight transaction, for a day.

    Who reads all of an actor's passes over those that are over, so these go as soon as no node can bring them back.
    """

    __table_name__ = "claim"
    __options__ = {"default_time_to_live": CLAIMS_LIVE, "gc_grace_seconds": DAY}
    actor_id = columns.Blob(primary_key=True, partition_key=True)
    key = columns.Text(primary_key=True)
    digest = columns.Text()
    activity_id = columns.Blob()
    activity = columns.Text()


class Mark(Model):
    """That a stage of an activity is done."""

    __table_name__ = "mark"
    __options__ = {"default_time_to_live": MARKS_LIVE, **_IN_WINDOWS}
    bucket = columns.Integer(primary_key=True, partition_key=True)
    shard = columns.TinyInt(primary_key=True, partition_key=True)
    id = columns.Blob(primary_key=True)
    stage = columns.Text(primary_key=True)


class Failure(Model):
    """How often a stage failed. Few rows in one partition; those that are done by now are deleted when they are read."""

    __table_name__ = "failure"
    part = columns.TinyInt(primary_key=True, partition_key=True)
    id = columns.Blob(primary_key=True)
    stage = columns.Text(primary_key=True)
    times = columns.Integer()
    error = columns.Text()


class Tombstone(Model):
    """That a person was erased, and when. Kept for ever."""

    __table_name__ = "tombstone"
    actor_id = columns.Blob(primary_key=True, partition_key=True)
    erased_at = columns.Blob()


class Watermark(Model):
    """Up to when nothing is pending: written at its own time, so that it never falls."""

    __table_name__ = "watermark"
    part = columns.TinyInt(primary_key=True, partition_key=True)
    moment = columns.Blob()
