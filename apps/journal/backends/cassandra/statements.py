"""Every statement that the journal prepares, by name.

Tables are named with their keyspace: what was prepared after a ``USE`` may mean another table on the next connection.
"""

from django.db import connections

APPEND = (
    "INSERT INTO {keyspace}.activity (bucket, shard, id, actor_id, verb, object_id, payload)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?"
)
ADD_BUCKET = "INSERT INTO {keyspace}.bucket (part, bucket) VALUES (0, ?)"
BUCKETS = "SELECT bucket FROM {keyspace}.bucket WHERE part = 0 AND bucket >= ?"
GET = "SELECT id, actor_id, verb, object_id, payload FROM {keyspace}.activity WHERE bucket = ? AND shard = ? AND id = ?"
SINCE = (
    "SELECT id, actor_id, verb, object_id, payload FROM {keyspace}.activity WHERE bucket = ? AND shard = ? AND id >= ?"
)
_SCAN = "SELECT bucket, shard, id, actor_id, verb, object_id, payload FROM {keyspace}.activity"
SCAN = _SCAN
SCAN_REST = f"{_SCAN} WHERE bucket = ? AND shard = ? AND id > ?"
SCAN_ON = f"{_SCAN} WHERE token(bucket, shard) > token(?, ?)"
EMPTY = "UPDATE {keyspace}.activity USING TIMESTAMP ? SET payload = ? WHERE bucket = ? AND shard = ? AND id = ?"
REMOVE = "DELETE FROM {keyspace}.activity USING TIMESTAMP ? WHERE bucket = ? AND shard = ? AND id = ?"

INDEX = "INSERT INTO {keyspace}.by_actor (actor_id, month, id, object_id) VALUES (?, ?, ?, ?) USING TIMESTAMP ?"
ADD_MONTH = "INSERT INTO {keyspace}.actor_month (actor_id, month, newest) VALUES (?, ?, ?) USING TIMESTAMP ?"
MONTHS = "SELECT month FROM {keyspace}.actor_month WHERE actor_id = ?"
NEWEST = "SELECT newest FROM {keyspace}.actor_month WHERE actor_id = ? LIMIT 1"
INDEXED = "SELECT id, object_id FROM {keyspace}.by_actor WHERE actor_id = ? AND month = ?"
INDEXED_BEFORE = "SELECT id FROM {keyspace}.by_actor WHERE actor_id = ? AND month = ? AND id < ? LIMIT ?"
REMOVE_INDEX = "DELETE FROM {keyspace}.by_actor USING TIMESTAMP ? WHERE actor_id = ? AND month = ?"
REMOVE_MONTHS = "DELETE FROM {keyspace}.actor_month USING TIMESTAMP ? WHERE actor_id = ?"

CLAIM = (
    "INSERT INTO {keyspace}.claim (actor_id, key, digest, activity_id, activity) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS"
)
CLAIMED = "SELECT digest, activity FROM {keyspace}.claim WHERE actor_id = ? AND key = ?"
CLAIMS = "SELECT key, activity_id, TTL(activity_id) FROM {keyspace}.claim WHERE actor_id = ?"
EMPTY_CLAIM = "UPDATE {keyspace}.claim USING TTL ? SET activity = ? WHERE actor_id = ? AND key = ? IF EXISTS"
REMOVE_CLAIM = "DELETE FROM {keyspace}.claim WHERE actor_id = ? AND key = ? IF EXISTS"

MARK = "INSERT INTO {keyspace}.mark (bucket, shard, id, stage) VALUES (?, ?, ?, ?)"
MARKS = "SELECT id, stage FROM {keyspace}.mark WHERE bucket = ? AND shard = ? AND id IN ?"
FAILED_FIRST = "INSERT INTO {keyspace}.failure (part, id, stage, times, error) VALUES (0, ?, ?, 1, ?) IF NOT EXISTS"
FAILED_AGAIN = "UPDATE {keyspace}.failure SET times = ?, error = ? WHERE part = 0 AND id = ? AND stage = ? IF times = ?"
FAILURES = "SELECT id, stage, times, error FROM {keyspace}.failure WHERE part = 0"
REMOVE_FAILURE = "DELETE FROM {keyspace}.failure WHERE part = 0 AND id = ? AND stage = ? IF EXISTS"

BURY = "INSERT INTO {keyspace}.tombstone (actor_id, erased_at) VALUES (?, ?) USING TIMESTAMP ?"
TOMBSTONE = "SELECT actor_id, erased_at FROM {keyspace}.tombstone WHERE actor_id = ?"
TOMBSTONES = "SELECT actor_id, erased_at FROM {keyspace}.tombstone"
RAISE_WATERMARK = "INSERT INTO {keyspace}.watermark (part, moment) VALUES (0, ?) USING TIMESTAMP ?"
WATERMARK = "SELECT moment FROM {keyspace}.watermark WHERE part = 0"
CLOCK = "SELECT toTimestamp(now()) FROM system.local"

PAGES = {"SINCE": 1000}
"""How many rows a page has, where the driver's 5,000 may be more than a node reads within the time-out of the hot path."""
CONDITIONAL = frozenset({"CLAIM", "EMPTY_CLAIM", "REMOVE_CLAIM", "FAILED_FIRST", "FAILED_AGAIN", "REMOVE_FAILURE"})
"""Lightweight transactions: whether one that timed out was applied is unknown, and two at once get in each other's way, so
the driver must not repeat them."""


def text(name: str, alias: str) -> str:
    """Return a statement on the keyspace that a database alias of the settings names."""
    statement: str = globals()[name]
    return statement.format(keyspace=connections[alias].settings_dict["NAME"])
