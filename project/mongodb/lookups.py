"""Joins that read a whole collection: ``$lookup`` without an index, which the profiler doesn't tell.

Each kind of join that a test has made is explained once; the server then says what the inner side examined.
"""

from collections.abc import Iterator
from typing import Any

from .profiler import EMPTYING, Scan

Pipeline = list[dict[str, Any]]


class JoinWatch:
    """Collects pipelines with joins, by database and collection, until they are explained."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str, Pipeline]] = []
        self._known: set[str] = set()

    def note(self, database: str, collection: str, pipeline: Pipeline) -> None:
        """Keep ``pipeline`` if it has a join of a kind not seen before."""
        if any("$lookup" in stage for stage in pipeline) and _kind(collection, pipeline) not in self._known:
            self._waiting.append((database, collection, pipeline))

    def take(self, database: Any) -> list[Scan]:
        """Explain what has gathered; return the joins that read a whole collection."""
        waiting, self._waiting = [entry for entry in self._waiting if entry[0] == database.name], []
        return [scan for _, collection, pipeline in waiting for scan in self._explain(database, collection, pipeline)]

    def _explain(self, database: Any, collection: str, pipeline: Pipeline) -> Iterator[Scan]:
        kind = _kind(collection, pipeline)
        if kind in self._known:
            return
        statement = {"aggregate": collection, "pipeline": pipeline, "cursor": {}, "comment": EMPTYING}
        explained = database.command("explain", statement, verbosity="executionStats", comment=EMPTYING)
        for stage in explained.get("stages", ()):
            if int(stage.get("totalKeysExamined", 0)) + int(stage.get("totalDocsExamined", 0)):
                self._known.add(kind)  # Else nothing was joined, and nothing is known.
            if int(stage.get("collectionScans", 0)):
                yield Scan(stage["$lookup"]["from"], f"$lookup from {collection}: {str(stage['$lookup'])[:300]}")


def _kind(collection: str, pipeline: Pipeline) -> str:
    return f"{collection}: {[_shape(stage['$lookup']) for stage in pipeline if '$lookup' in stage]}"


def _shape(value: Any) -> Any:
    """Return ``value`` without what differs between two questions of a kind."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_shape(inner) for inner in value[:1]] if len(value) > 3 else [_shape(inner) for inner in value]
    return value if isinstance(value, str) and ("$" in value or len(value) < 32) else "?"
