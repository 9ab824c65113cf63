"""A SQL database, through Django's own connection: SQLite, PostgreSQL, MariaDB, MySQL."""

import time
from pathlib import Path

from django.db import connections

from apps.tiers.nodes import Node

from .base import Store


def probe(store: Store, *, timeout: float) -> list[Node]:
    """Return the server; of a file, its size as well. Whoever calls closes the connection, and keeps the deadline."""
    connection = connections[store.alias]
    with connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.execute("SELECT 1")
        cursor.fetchone()
        latency = time.perf_counter() - started
    file = Path(str(connection.settings_dict["NAME"]))
    size = file.stat().st_size if connection.vendor == "sqlite" and file.exists() else None
    return [Node(store.name, latency=latency, note=f"{size / 1e6:,.1f} MB on disk" if size else "")]
