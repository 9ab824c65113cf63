"""The driver's session of a database that is a Cassandra keyspace. ``django-cassandra-engine`` owns the connection."""

import threading
from typing import Any

from django.db import OperationalError, connections

_connecting = threading.Lock()
_SECONDS = 5.0


def session_of(alias: str) -> Any:
    """Return the session; connect where there is none yet, which is on first use and so never before a fork.

    Whoever comes while another thread connects waits for it: the driver's registry would return None. Raises the driver's
    errors, and ``OperationalError`` after some seconds of waiting.
    """
    if not _connecting.acquire(timeout=_SECONDS):
        raise OperationalError("Cassandra does not answer: another thread still tries to connect")
    try:
        return _connected(connections[alias].connection)
    finally:
        _connecting.release()


def _connected(connection: Any) -> Any:
    try:
        return connection.session
    except Exception:  # The registry remembers that it has connected, unless it is told anew.
        connection.unregister()
        connection.register()
        raise
