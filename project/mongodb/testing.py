"""A pytest plugin: after each test empty only the collections that it wrote to.

MongoDB can't roll back what Django's TestCase does, so Django flushes every collection, which takes 259 ms a test.
"""

from typing import Any

import pytest
from django.db import connections
from django.test import testcases
from pymongo import monitoring

_WRITES = frozenset(["insert", "update", "findAndModify", "bulkWrite"])
_KEPT = frozenset(["django_migrations", "__sequences"])
_SEEDED = frozenset(["auth_permission", "django_content_type"])
"""Rows that ``migrate`` made: a test that writes there gets the full flush."""


class _Touched(monitoring.CommandListener):
    """Notes which collections were written to."""

    def __init__(self) -> None:
        self.names: set[tuple[str, str]] = set()

    def started(self, event: Any) -> None:
        if event.command_name in _WRITES:
            self.names.add((event.database_name, event.command[event.command_name]))

    def succeeded(self, event: Any) -> None:
        """Nothing to note: an attempt is enough."""

    def failed(self, event: Any) -> None:
        """Nothing to note: an attempt is enough."""


_touched = _Touched()
_flush = testcases.TransactionTestCase._fixture_teardown


def _empty_what_was_touched(test: Any) -> None:
    database = connections["default"].database
    mine = {name for owner, name in _touched.names if owner == database.name} - _KEPT
    _touched.names.clear()
    if mine & _SEEDED:
        _flush(test)
        _touched.names.clear()
        return
    for name in mine:
        database[name].delete_many({})


def pytest_configure(config: pytest.Config) -> None:
    monitoring.register(_touched)
    testcases.TransactionTestCase._fixture_teardown = _empty_what_was_touched


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Forget what ``migrate`` wrote: it stays."""
    _touched.names.clear()
