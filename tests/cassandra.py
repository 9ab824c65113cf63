"""A pytest plugin for a journal on Cassandra: each test begins with an empty one.

Truncating takes half a second a table. Deleting takes milliseconds, but hides what is written at an earlier time, and the
journal writes at the times of its activities, which in tests are the same again and again. So each test writes a hundred
years later than the one before it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from cassandra.concurrent import execute_concurrent
from django.db import connections

from apps.core.backends.cassandra import session_of
from apps.journal.backends.cassandra import journal as module
from apps.journal.handler import journal

_TABLES = ("activity", "by_actor", "actor_month", "claim", "mark", "tombstone", "bucket", "failure", "watermark")
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
        session = session_of("cassandra")
        for truncation in [session.execute_async(f"TRUNCATE {_named(table)}") for table in _TABLES]:
            truncation.result()
        journal()._buckets.clear()  # type: ignore[attr-defined]


def _named(table: str) -> str:
    return f"{connections['cassandra'].settings_dict['NAME']}.{table}"


Call = tuple[str, tuple[Any, ...]]


def _delete_all(time: int) -> None:
    """Delete by way of what the journal keeps of itself: looking for partitions passes by all that earlier tests deleted."""
    at_their_time = f" USING TIMESTAMP {time}"
    buckets, claims, erased = _run(
        [
            (f"SELECT bucket FROM {_named('bucket')} WHERE part = 0", ()),
            (f"SELECT DISTINCT actor_id FROM {_named('claim')}", ()),  # Few, and maybe of people who did nothing else.
            (f"SELECT DISTINCT actor_id FROM {_named('tombstone')}", ()),
        ]
    )
    places = [(*bucket, shard) for bucket in buckets for shard in range(module.SHARDS)]
    found = _run(
        (f"SELECT actor_id FROM {_named('activity')} WHERE bucket = ? AND shard = ?", place) for place in places
    )
    actors = {actor for rows in found for actor in rows}
    found = _run((f"SELECT actor_id, month FROM {_named('actor_month')} WHERE actor_id = ?", actor) for actor in actors)
    months = [month for rows in found for month in rows]
    gone: Sequence[tuple[str, str, str, Iterable[tuple[Any, ...]]]] = (
        ("by_actor", at_their_time, "actor_id = ? AND month = ?", months),
        ("actor_month", at_their_time, "actor_id = ?", actors),
        ("claim", "", "actor_id = ?", claims),
        ("tombstone", at_their_time, "actor_id = ?", erased),
        ("activity", at_their_time, "bucket = ? AND shard = ?", places),
        ("mark", "", "bucket = ? AND shard = ?", places),
        ("bucket", "", "part = ?", [(0,)]),
        ("failure", "", "part = ?", [(0,)]),
        ("watermark", at_their_time, "part = ?", [(0,)]),
    )
    _run((f"DELETE FROM {_named(table)}{at} WHERE {key}", args) for table, at, key, keys in gone for args in keys)


def _run(calls: Iterable[Call]) -> list[list[tuple[Any, ...]]]:
    """Run them all at once; return the rows of each."""
    session = session_of("cassandra")
    bound = [(_prepared(session, statement), args) for statement, args in calls]
    return [[tuple(row.values()) for row in rows] for _, rows in execute_concurrent(session, bound, concurrency=100)]


@cache
def _prepared(session: Any, statement: str) -> Any:
    return session.prepare(statement)
