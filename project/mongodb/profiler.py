"""What the server did to answer: rows examined in a block, and statements that read a whole collection.

MongoDB's profiler writes each statement, with how it was planned, into ``system.profile``. For tests and benchmarks.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from .origins import OF_TESTS

EMPTYING = "emptying after a test"
"""The comment of statements that read whole collections on purpose."""
_LOG = "system.profile"
_LOG_BYTES = 16 * 2**20
_SCANS = {"planSummary": {"$regex": "COLLSCAN"}, "command.comment": {"$not": {"$regex": f"^({EMPTYING}|{OF_TESTS})"}}}


@dataclass
class Examined:
    """What a block cost. ``keys`` of indexes, ``documents``; ``plans`` says for each statement which index it took,
    ``filters`` which documents of which collection it meant (inserts mean none).
    """

    keys: int = 0
    documents: int = 0
    rows: int = 0
    plans: list[str] = field(default_factory=list)
    filters: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def add(self, entry: Mapping[str, Any]) -> None:
        keys, documents = entry.get("keysExamined", 0), entry.get("docsExamined", 0)
        self.keys += keys
        self.documents += documents
        self.rows += max(keys, documents)  # A document that a key led to is one row.
        self.plans.append(entry.get("planSummary", ""))
        if entry["op"] in ("command", "query", "update", "remove") and (meant := _filter(entry["command"])) is not None:
            self.filters.append((entry["ns"].split(".", 1)[1], meant))


def _filter(command: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return which documents a statement means; an empty filter for all, None for what is no statement on documents."""
    if "pipeline" in command:
        first: Mapping[str, Any] = next(iter(command["pipeline"]), {})
        return first.get("$match", {})
    return next((command[name] for name in ("q", "filter", "query") if name in command), None)


@dataclass(frozen=True)
class Scan:
    """A statement that read a whole collection."""

    collection: str
    statement: str

    def __str__(self) -> str:
        return f"COLLSCAN of {self.collection} by {self.statement}"


@contextmanager
def examined(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[Examined]:
    """Count what all statements of the block examine. Other clients of the same database would be counted too."""
    database = connections[using].database  # type: ignore[attr-defined]
    before = database.command("profile", 0)
    begin = _position(database)
    database.command("profile", 2, filter="unset")
    seen = Examined()
    try:
        yield seen
    finally:
        database.command("profile", 0)
        for entry in database[_LOG].find({"ts": {"$gt": begin}, "ns": {"$not": {"$regex": _LOG}}}):
            seen.add(entry)
        database.command("profile", before["was"], filter=before.get("filter", "unset"))


def _position(database: Any) -> Any:
    """Return a moment after everything in the log; its clock ticks in milliseconds."""
    time.sleep(0.002)
    return database.command("hello")["localTime"]


class ScanWatch:
    """Collects the statements on one database that read a whole collection."""

    def __init__(self, database: Any) -> None:
        """Begin to watch. The log is made anew, so that it holds more than the few entries of the default size."""
        self.database = database
        database.command("profile", 0)
        database.drop_collection(_LOG)
        database.create_collection(_LOG, capped=True, size=_LOG_BYTES)
        database.command("profile", 1, filter=_SCANS)
        self._last = database.command("hello")["localTime"]

    def take(self) -> list[Scan]:
        """Return the scans since the last time."""
        # Level 2 of ``examined`` lets others in.
        entries = list(self.database[_LOG].find({"ts": {"$gt": self._last}, **_SCANS}).comment(EMPTYING))
        self._last = max((entry["ts"] for entry in entries), default=self._last)
        return [Scan(entry["ns"].split(".", 1)[1], _statement(entry)) for entry in entries if _LOG not in entry["ns"]]

    def stop(self) -> None:
        self.database.command("profile", 0, filter="unset")


def _statement(entry: Mapping[str, Any]) -> str:
    command = entry.get("originatingCommand", entry["command"])
    what = next((command[name] for name in ("pipeline", "filter", "q") if name in command), command)
    return f"{command.get('comment', 'somebody')}: {entry['op']} {str(what)[:300]}"
