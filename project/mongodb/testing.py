"""A pytest plugin for this engine: empties only what a test wrote to, and fails it when it read a whole collection.

MongoDB can't roll back what Django's ``TestCase`` does. Django then flushes every collection and fills in content types
and permissions anew, a quarter of a second after each test; emptying those that were written to takes a few ms.

A test whose other processes write is marked ``@pytest.mark.elsewhere``: after it every collection is emptied.

A test may read a whole collection with ``@pytest.mark.collscan("why")``, the program where ``ALLOWED`` says why.
"""

from collections.abc import Generator
from typing import Any

import pytest
from django.db import connections
from django.test import testcases
from pymongo import WriteConcern, monitoring

from .base import DatabaseWrapper
from .lookups import JoinWatch
from .origins import OF_TESTS, origin
from .profiler import EMPTYING, Examined, Scan, ScanWatch, examined
from .sequences import COLLECTION as SEQUENCES

ALLOWED = {
    "django_content_type": "some dozens of rows, read whole when permissions are made",
    "auth_permission": "some hundreds of rows, shown whole in the admin site",
    "journal_failure": "holds only what failed and waits for staff",
    "posts_merge_author": "the few with more followers than are pushed to, wanted all",
    "journal_tombstone": "a row per erased person, and replay needs them all",
}
"""Collections that may be read whole, and why."""

_KEPT = frozenset({SEQUENCES, "django_migrations"})
_FAST = WriteConcern(w=1)


class _Listener(monitoring.CommandListener):
    """Sees every command that this process sends: which collections it writes to, and what it joins."""

    def __init__(self) -> None:
        self.written: set[tuple[str, str]] = set()
        self.joins = JoinWatch()

    def started(self, event: Any) -> None:
        name, command = event.command_name, event.command
        if name in ("insert", "update", "delete", "findAndModify"):
            self.written.add((event.database_name, command[name]))
        elif name == "aggregate" and isinstance(command[name], str) and not _is_tests_own(command.get("comment")):
            self.joins.note(event.database_name, command[name], command["pipeline"])

    def succeeded(self, event: Any) -> None:
        """An attempt is enough."""

    failed = succeeded


def _is_tests_own(comment: str | None) -> bool:
    return comment is not None and comment.startswith((EMPTYING, OF_TESTS))


class Emptied:
    """The test database, which each test finds as the first did."""

    def __init__(self) -> None:
        self.listener = _Listener()
        self.seeds: dict[str, list[dict[str, Any]]] = {}
        self.watch: ScanWatch | None = None
        self.scans: list[Scan] = []
        self.elsewhere = False

    @property
    def database(self) -> Any:
        return connections["default"].database  # type: ignore[attr-defined]

    def begin(self) -> None:
        """Remember what ``migrate`` wrote, and begin to watch."""
        names = set(self.database.list_collection_names()) - _KEPT
        self.seeds = {n: rows for n in names if not n.startswith("system.") and (rows := list(self.database[n].find()))}
        self.listener.written.clear()
        self.watch = ScanWatch(self.database)

    def end(self) -> None:
        if self.watch:
            self.watch.stop()

    def tear_down(self) -> None:
        """Leave the database as it was before the test."""
        self.scans += [*(self.watch.take() if self.watch else ()), *self.listener.joins.take(self.database)]
        written = {name for owner, name in self.listener.written if owner == self.database.name} - _KEPT
        if self.elsewhere:
            written = {n for n in self.database.list_collection_names() if not n.startswith("system.")} - _KEPT
        for name in written:
            self._reset(self.database.get_collection(name, write_concern=_FAST), self.seeds.get(name))
        if written:  # A majority has it all once it has the last.
            self.database[name].delete_many({"_id": "none"}, comment=EMPTYING)
        self.listener.written.clear()

    def _reset(self, collection: Any, seeds: list[dict[str, Any]] | None) -> None:
        collection.delete_many({}, comment=EMPTYING)
        if seeds:
            collection.insert_many(seeds)

    def verdict(self, item: pytest.Item) -> None:
        """Fail ``item`` for what was read whole and may not be."""
        scans, self.scans = self.scans, []
        wrong = [str(scan) for scan in scans if scan.collection not in ALLOWED]
        if wrong and not item.get_closest_marker("collscan"):
            pytest.fail("\n".join(dict.fromkeys(wrong)), pytrace=False)


_world = Emptied()


def pytest_configure(config: pytest.Config) -> None:
    monitoring.register(_world.listener)
    DatabaseWrapper.origin = staticmethod(origin)
    testcases.TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[attr-defined]


def _fixture_teardown(test: testcases.TransactionTestCase) -> None:
    """Stand in for Django's flush."""
    _world.tear_down()


def pytest_runtest_setup(item: pytest.Item) -> None:
    _world.elsewhere = item.get_closest_marker("elsewhere") is not None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    answer = yield
    _world.verdict(item)
    return answer


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, object, object]:
    """Begin when the test database has been made. (A fixture of the same name would depend on the order of plugins.)"""
    answer = yield
    if fixturedef.argname == "django_db_setup":
        with request.getfixturevalue("django_db_blocker").unblock():
            _world.begin()
        fixturedef.addfinalizer(_world.end)
    return answer


__all__ = ["ALLOWED", "Examined", "examined"]
