"""The driver's session, as the settings' database alias describes it: prepared statements, errors in Django's words."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cassandra import DriverException, InvalidRequest, OperationTimedOut, WriteTimeout
from cassandra.cluster import NoHostAvailable
from cassandra.concurrent import execute_concurrent
from cassandra.protocol import ErrorMessage
from cassandra.query import PreparedStatement
from django.db import OperationalError, connections

from apps.core.backends.cassandra import session_of

from . import statements

Call = tuple[str, Sequence[Any]]
AT_ONCE = 64
_UNKNOWN = (OperationTimedOut, WriteTimeout, ErrorMessage)
"""The last is how the driver gives what it has no class for, such as that a transaction was accepted by too few."""
PROFILE = "journal"
"""The execution profile of the settings' database: consistency, time-outs, speculative execution."""


class Session:
    """Connects on first use, never before a fork."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self._lock = threading.Lock()
        self._prepared: tuple[Any, dict[str, PreparedStatement]] = (None, {})

    def run(self, name: str, *args: Any) -> Any:
        """Return the rows of one statement, page by page."""
        with _in_words():
            session, prepared = self._at_hand(name)
            return session.execute(prepared, args, execution_profile=PROFILE)

    def run_again(self, name: str, *args: Any) -> Any:
        """Do the same, once more where it is unknown what came of it: for what may be done twice."""
        try:
            return self.run(name, *args)
        except OperationalError as error:
            if not isinstance(error.__cause__, _UNKNOWN):
                raise
            return self.run(name, *args)

    def pages(self, name: str, *args: Any) -> Iterator[Any]:
        """Yield the rows of a statement however many there are, a page in memory at a time."""
        with _in_words():
            yield from self.run(name, *args)

    def run_all(self, name: str, argument_lists: Iterable[Sequence[Any]]) -> list[Any]:
        """Run one statement with each of the arguments, many at once; return the rows of each, in their order."""
        return self.run_together((name, args) for args in argument_lists)

    def run_together(self, calls: Iterable[Call]) -> list[Any]:
        """Run statements with their arguments, many at once; return the rows of each, in their order."""
        wanted = [(name, tuple(args)) for name, args in calls]
        if len(wanted) <= 1:
            return [self.run(name, *args) for name, args in wanted]
        with _in_words():
            held = {name: self._at_hand(name) for name in {name for name, _ in wanted}}
            session, _ = held[wanted[0][0]]
            bound = [(held[name][1], args) for name, args in wanted]
            outcomes = execute_concurrent(session, bound, concurrency=AT_ONCE, execution_profile=PROFILE)
            return [rows for _, rows in outcomes]

    def _at_hand(self, name: str) -> tuple[Any, PreparedStatement]:
        session = session_of(self.alias)
        with self._lock:
            if self._prepared[0] is not session:  # The first one, or after a fork another.
                session.set_keyspace(connections[self.alias].settings_dict["NAME"])
                self._prepared = (session, {})
            prepared = self._prepared[1]
            if name not in prepared:
                statement = session.prepare(getattr(statements, name))
                statement.is_idempotent = name not in statements.CONDITIONAL
                prepared[name] = statement
            return session, prepared[name]


@contextmanager
def _in_words() -> Iterator[None]:
    """Raise what the driver raises as Django's ``OperationalError``: callers know that of any store."""
    try:
        yield
    except (DriverException, NoHostAvailable, InvalidRequest, ErrorMessage) as error:
        raise OperationalError(f"Cassandra does not answer: {type(error).__name__}: {error}") from error
