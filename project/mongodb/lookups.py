"""Joins that read a whole collection: ``$lookup`` without an index, which the profiler doesn't tell.

Each kind of join that a test has made is made once more, and the server asked before and after how often it has read the
joined collections whole. (``explain`` would say so as well, but not of the joins that ``$unwind`` follows, as all do.)
"""

from collections.abc import Iterator
from typing import Any

from .profiler import EMPTYING, Scan

Pipeline = list[dict[str, Any]]


class JoinWatch:
    """Collects pipelines with joins, by database and collection, until they are tried."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[str, str, Pipeline]] = {}
        self._known: set[str] = set()

    def note(self, database: str, collection: str, pipeline: Pipeline) -> None:
        """Keep ``pipeline`` if it has a join of a kind not seen before."""
        if joined := [stage["$lookup"] for stage in pipeline if "$lookup" in stage]:
            kind = f"{collection}: {_shape(joined)}"
            if kind not in self._known:
                self._waiting[kind] = (database, collection, pipeline)

    def take(self, database: Any) -> list[Scan]:
        """Try what has gathered; return the joins that read a whole collection."""
        waiting, self._waiting = self._waiting, {}
        mine = [(kind, rest[1], rest[2]) for kind, rest in waiting.items() if rest[0] == database.name]
        return [scan for kind, collection, pipeline in mine for scan in self._try(database, kind, collection, pipeline)]

    def _try(self, database: Any, kind: str, collection: str, pipeline: Pipeline) -> Iterator[Scan]:
        inner = list(dict.fromkeys(stage["$lookup"]["from"] for stage in pipeline if "$lookup" in stage))
        before = {name: _counters(database[name]) for name in inner}
        list(database[collection].aggregate(pipeline, comment=EMPTYING))
        after = {name: _counters(database[name]) for name in inner}
        if all(after[name] != before[name] for name in inner):
            self._known.add(kind)  # Else some join had nothing to do, and nothing is known of it.
        for name in inner:
            if name != collection and after[name][0] > before[name][0]:
                yield Scan(name, f"$lookup from {collection}: {str(pipeline)[:300]}")


def _counters(collection: Any) -> tuple[int, int]:
    """Return how often the collection was read whole, and how often by an index, since the server started."""
    (found,) = collection.aggregate([{"$collStats": {"queryExecStats": {}}}])
    by_index = sum(int(index["accesses"]["ops"]) for index in collection.aggregate([{"$indexStats": {}}]))
    return int(found["queryExecStats"]["collectionScans"]["total"]), by_index


def _shape(value: Any) -> Any:
    """Return ``value`` without what differs between two questions of a kind."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_shape(inner) for inner in value[:3]]
    return value if isinstance(value, str) and len(value) < 32 else "?"
