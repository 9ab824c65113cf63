"""A pytest plugin for a journal on Cassandra: each test begins with an empty one.

Truncating takes half a second a table. Deleting takes milliseconds, but hides what is written at an earlier time, and the
journal writes at the times of its activities, which in tests are the same again and again. So each test writes a hundred
years later than the one before it.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from apps.core.backends.cassandra import session_of
from apps.journal.backends.cassandra import journal as module
from apps.journal.handler import journal

_PARTITIONS = {
    "activity": "bucket, shard",
    "by_actor": "actor_id, month",
    "actor_month": "actor_id",
    "claim": "actor_id",
    "mark": "bucket, shard",
    "tombstone": "actor_id",
    "bucket": "part",
    "failure": "part",
    "watermark": "part",
}
_AT_THEIR_TIME = {"activity", "by_actor", "actor_month", "tombstone", "watermark"}
_AGE = timedelta(days=36_500) // timedelta(microseconds=1)
_LATEST = 2**63 - 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every test that may use a database use both: else the keyspace of the tests is not made."""
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark is not None or "db" in getattr(item, "fixturenames", ()):
            said = mark.kwargs if mark else {}
            item.add_marker(pytest.mark.django_db(**{**said, "databases": "__all__"}), append=False)


def pytest_unconfigure() -> None:
    """Close the connections: at the interpreter's end the driver waits for its loop in vain."""
    connections["cassandra"].connection.unregister()


@pytest.fixture(autouse=True)
def _empty_journal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if request.node.get_closest_marker("django_db") is None:
        yield
        return
    request.getfixturevalue("django_db_setup")
    age = request.config.stash.get(_tests, 0) + 1
    request.config.stash[_tests] = age
    assert (age + 2) * _AGE < _LATEST, "more tests than Cassandra's times allow"
    monkeypatch.setenv("JOURNAL_AGE", str(age))  # For processes of the test's own.
    write_later(age, monkeypatch.setattr)
    yield
    _delete_all((age + 1) * _AGE - 1)
    journal()._buckets.clear()  # type: ignore[attr-defined]


_tests = pytest.StashKey[int]()


def write_later(age: int, patch: Callable[[Any, str, Any], None] = setattr) -> None:
    """Let this process write so many hundred years later."""
    time, now, more = module._time, module._now, age * _AGE
    patch(module, "_time", lambda id: time(id) + more)
    patch(module, "_now", lambda: now() + more)


def lose_journal() -> None:
    """Lose a journal on Cassandra as if its keyspace had been dropped: what it held may be written again, at its own time."""
    if "cassandra" in connections:
        session = _session()
        for truncation in [session.execute_async(f"TRUNCATE {table}") for table in _PARTITIONS]:
            truncation.result()
        journal()._buckets.clear()  # type: ignore[attr-defined]


def _session() -> Any:
    session = session_of("cassandra")
    session.set_keyspace(connections["cassandra"].settings_dict["NAME"])
    return session


def _delete_all(time: int) -> None:
    session = _session()
    asked = {table: session.execute_async(f"SELECT DISTINCT {key} FROM {table}") for table, key in _PARTITIONS.items()}
    deletions = []
    for table, rows in asked.items():
        at = f" USING TIMESTAMP {time}" if table in _AT_THEIR_TIME else ""
        where = " AND ".join(f"{column} = %s" for column in _PARTITIONS[table].split(", "))
        deletions += [
            session.execute_async(f"DELETE FROM {table}{at} WHERE {where}", tuple(row.values()))
            for row in rows.result()
        ]
    for deletion in deletions:
        deletion.result()
