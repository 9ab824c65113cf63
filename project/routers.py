"""Which database answers. A tier whose settings name no router has one for everything."""

from datetime import timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

from apps.core import freshness, metrics
from apps.journal.recency import MAY_WAIT, has_written
from project.mongodb.lag import lag_seconds

REPLICA = "replica"
PINNED = MAY_WAIT + timedelta(minutes=2)
"""So long after writing somebody reads from the primary: as long as its rows may wait for the database, then longer than a
secondary may be behind (90 s, as the driver bounds it by ``maxStalenessSeconds``) and than it takes the driver to notice
(``heartbeatFrequencyMS``)."""


class CassandraRouter:
    """Keeps keyspaces to the journal: its tables are ``sync_cassandra``'s, and no migration of any app goes there."""

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        is_keyspace = connections.settings[db]["ENGINE"] == "django_cassandra_engine"
        return False if is_keyspace or app_label == "journal_cassandra" else None


class MongoRouter:
    """Sends to secondaries (``replica``) what is marked as ``may_be_stale``, by whoever has not just written.

    Those are the ids of entries, which never change: a late one is not there yet. What decides about them (heads,
    relations, suspensions) and everything else is read from the primary.
    """

    def db_for_read(self, model: type[Model], **_: Any) -> str | None:
        reading = freshness.reading()
        if reading is None:
            return None
        if not reading.alias:
            pinned = has_written(reading.reader_id, since=reading.now - PINNED)
            reading.alias = DEFAULT_DB_ALIAS if pinned else REPLICA
            metrics.count(metrics.LATE_READS, "pinned" if pinned else "replica")
            self._measure()
        return reading.alias

    def db_for_write(self, model: type[Model], *, instance: Model | None = None, **_: Any) -> str | None:
        return DEFAULT_DB_ALIAS if instance is not None and instance._state.db == REPLICA else None

    def allow_relation(self, one: Model, other: Model, **_: Any) -> bool | None:
        """Rows of both are rows of the same database."""
        return True if {one._state.db, other._state.db} == {DEFAULT_DB_ALIAS, REPLICA} else None

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        return False if db == REPLICA else None

    def _measure(self) -> None:
        client: Any = connections[REPLICA].connection
        lag = None if client is None else lag_seconds(client)
        if lag is not None:
            metrics.show(metrics.REPLICA_LAG, lag)
