"""UPDATE and DELETE: over joins and subqueries in two steps, and once more when the server was lost on the way."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import NotSupportedError
from django.db.models.sql import Query
from django.db.models.sql.constants import MULTI
from django_mongodb_backend import compiler

from apps.core.folds import batched

from .reading import Reading
from .retry import ATTEMPTS, retried

_BATCH = 10_000
"""How many keys one statement names: a document, so a statement too, holds 16 MB at most."""

Criteria = dict[str, Any]


class Rewriting(Reading):
    """What UPDATE and DELETE share. MongoDB picks documents by their own columns only, so all else takes keys first."""

    def check_query(self) -> None:
        """Refuse nothing that two steps can do. A query of everything knows no collection until it is asked for one."""
        self.query.get_initial_alias()

    def criteria(self) -> Iterator[Criteria]:
        """Yield which documents are meant, by their own columns."""
        try:
            built = self.build_query()
        except EmptyResultSet:
            return
        if built.lookup_pipeline or self.subqueries:
            yield from self._by_keys()
        else:
            yield built.match_mql

    def _by_keys(self) -> Iterator[Criteria]:
        key = self.query.get_meta().pk
        chosen = self.query.chain(klass=Query)
        chosen.clear_ordering(force=True)
        chosen.clear_select_clause()
        chosen.add_fields([key.name])
        found = chosen.get_compiler(self.using).execute_sql(MULTI)
        keys = list(dict.fromkeys(row[0] for part in found for row in part))
        for part in batched(keys, _BATCH):
            yield {key.column: {"$in": list(part)}}

    def is_one(self, criteria: Criteria) -> bool:
        """Whether at most one document is meant. Such a write the driver repeats by itself, and exactly once."""
        column = self.query.get_meta().pk.column
        return list(criteria) == [column] and not isinstance(criteria[column], dict)

    @property
    def attempts(self) -> int:
        return 1 if self.connection.session else ATTEMPTS


class SQLDeleteCompiler(Rewriting, compiler.SQLDeleteCompiler):
    def execute_sql(self, result_type: str = MULTI) -> int:
        """Delete, and return how many; after a lost server only those that the last attempt found."""
        with self.connection.wrap_database_errors:
            return sum([self._delete(criteria) for criteria in self.criteria()])

    def _delete(self, criteria: Criteria) -> int:
        delete = self.collection.delete_one if self.is_one(criteria) else self.collection.delete_many
        answer = retried(lambda: delete(criteria, **self.connection.options), attempts=self.attempts)
        return int(answer.deleted_count)


class SQLUpdateCompiler(Rewriting, compiler.SQLUpdateCompiler):
    def execute_sql(self, result_type: str) -> int:
        """Update, and return how many rows matched."""
        if any(_asks_elsewhere(value) for _, _, value in self.query.values):
            raise NotSupportedError("MongoDB can't set a column from a subquery. Read the values first.")
        with self.connection.wrap_database_errors:
            return int(super().execute_sql(result_type))

    def update(self, criteria: Criteria, pipeline: list[dict[str, Any]]) -> int:
        """Change the documents that ``criteria`` mean. Django has put keys in place of joins, not of subqueries."""
        return sum([self._update(each, pipeline) for each in (self._by_keys() if self.subqueries else [criteria])])

    def _update(self, criteria: Criteria, pipeline: list[dict[str, Any]]) -> int:
        update = self.collection.update_one if self.is_one(criteria) else self.collection.update_many
        repeatable = all(list(value) == ["$literal"] for stage in pipeline for value in stage["$set"].values())
        answer = retried(
            lambda: update(criteria, pipeline, **self.connection.options),
            attempts=self.attempts if repeatable else 1,
        )
        return int(answer.matched_count)


def _asks_elsewhere(value: Any) -> bool:
    return hasattr(value, "query") or getattr(value, "contains_subquery", False)
