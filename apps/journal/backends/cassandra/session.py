"""The driver's session, as the settings' database alias describes it: prepared statements, errors in Django's words."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from cassandra import (
    DriverException,
    InvalidRequest,
    OperationTimedOut,
    Timeout,
    Unavailable,
    UnresolvableContactPoints,
    WriteTimeout,
)
from cassandra.cluster import NoHostAvailable
from cassandra.concurrent import execute_concurrent
from cassandra.protocol import ErrorMessage
from cassandra.query import PreparedStatement
from django.db import OperationalError

from apps.core.backends.cassandra import session_of
from apps.journal.backends.base import Unanswered

from . import statements

Call = tuple[str, Sequence[Any]]
AT_ONCE = 64
_NODES_ASKED = 3
_UNKNOWN = (OperationTimedOut, WriteTimeout, ErrorMessage)
"""The last is how the driver gives what it has no class for, such as that a transaction was accepted by too few."""
_UNANSWERED = (NoHostAvailable, OperationTimedOut, Timeout, Unavailable, UnresolvableContactPoints)
PROFILE, SCANNING = "journal", "scan"
"""The execution profiles of the settings' database: consistency, time-outs, speculative execution."""


class Session:
    """Connects on first use, never before a fork."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self._prepared: tuple[Any, dict[str, PreparedStatement]] = (None, {})

    def run(self, name: str, *args: Any, profile: str = PROFILE) -> Any:
        """Return the rows of one statement, page by page."""
        with _in_words():
            session, prepared = self._at_hand(name)
            return session.execute(prepared, args, execution_profile=profile)

    def run_again(self, name: str, *args: Any) -> Any:
        """Do the same, once more where it is unknown what came of it: for what may be done twice."""
        try:
            return self.run(name, *args)
        except OperationalError as error:
            if not isinstance(error.__cause__, _UNKNOWN):
                raise
            return self.run(name, *args)

    def pages(self, name: str, *args: Any, profile: str = PROFILE) -> Iterator[Any]:
        """Yield the rows of a statement however many there are, a page in memory at a time."""
        with _in_words():
            yield from self.run(name, *args, profile=profile)

    def pages_of_all(self, name: str, argument_lists: Iterable[Sequence[Any]]) -> Iterator[Any]:
        """Yield the rows of one statement with each of the arguments, one after the other, however many there are."""
        with _in_words():
            for rows in self.run_all(name, argument_lists):
                yield from rows

    def run_all(self, name: str, argument_lists: Iterable[Sequence[Any]]) -> list[Any]:
        """Run one statement with each of the arguments, many at once; return the first page of each, in their order."""
        return self.run_together((name, args) for args in argument_lists)

    def run_together(self, calls: Iterable[Call]) -> list[Any]:
        """Run statements with their arguments, many at once; return the first page of each, in their order."""
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
        if self._prepared[0] is not session:  # The first one, or after a fork another.
            self._prepared = (session, {})
        prepared = self._prepared[1]
        if name not in prepared:  # No lock: threads that prepare the same get the same, and none waits for another.
            statement = _prepare(session, statements.text(name, self.alias))
            statement.is_idempotent = name not in statements.CONDITIONAL
            statement.fetch_size = statements.PAGES.get(name, session.default_fetch_size)
            prepared[name] = statement
        return session, prepared[name]


def _prepare(session: Any, text: str) -> PreparedStatement:
    """Let a node prepare a statement, and where it hangs the next one: the driver asks just one each time."""
    for _ in range(_NODES_ASKED - 1):
        with suppress(OperationTimedOut):
            return session.prepare(text)
    return session.prepare(text)


@contextmanager
def _in_words() -> Iterator[None]:
    """Raise what the driver raises as Django's ``OperationalError``: callers know that of any store."""
    try:
        yield
    except _UNANSWERED as error:
        raise Unanswered(f"Cassandra does not answer: {type(error).__name__}: {error}") from error
    except (DriverException, InvalidRequest, ErrorMessage) as error:
        raise OperationalError(f"Cassandra fails: {type(error).__name__}: {error}") from error
