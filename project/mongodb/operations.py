"""What code asks of the connection instead of asking which database this is: the conditional write, the clock."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bson import Int64
from django.db.models import Model
from django_mongodb_backend import operations

from apps.core.ids import from_hex

from . import folding, rows, sequences

if TYPE_CHECKING:
    from apps.core.folds import RowFold
    from apps.core.rows import Row

_AUTO_FIELDS = frozenset({"AutoField", "BigAutoField", "SmallAutoField"})


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "project.mongodb.compiler"

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._defaults: dict[type[Model], dict[str, Any]] = {}

    def fold_row(self, fold: "RowFold") -> None:
        """Fold into the stored row in one statement that the server carries out atomically. It may be repeated."""
        folding.fold_row(self.connection, fold)

    def rows_by_id(self, model: type[Model], ids: Sequence[UUID], columns: tuple[str, ...]) -> "list[Row]":
        """Return columns of the rows of ``ids``, as ``apps.core.rows`` asks."""
        return rows.rows_by_id(self.connection, model, ids, columns)

    def defaults(self, model: type[Model]) -> dict[str, Any]:
        """Return what the columns of a row without activities hold. It never changes, so it is made once."""
        if model not in self._defaults:
            self._defaults[model] = folding.defaults(self.connection, model)
        return self._defaults[model]

    def is_away(self) -> bool:
        """Say whether the driver knows of no primary at this moment."""
        watch = self.connection.watches.get(self.connection.alias)
        return watch is not None and watch.is_lost

    def clock(self) -> datetime:
        """Return the server's time, aware, in milliseconds."""
        with self.connection.wrap_database_errors:
            moment: datetime = self.connection.get_database().command("hello")["localTime"]
        return moment.replace(tzinfo=UTC)

    def convert_uuidfield_value(self, value: str | None, *_: Any) -> UUID | None:
        return from_hex(value)

    def validate_autopk_value(self, value: int | None) -> Int64 | None:
        return None if value is None else Int64(value)

    def get_db_converters(self, expression: Any) -> list[Callable[..., Any]]:
        converters: list[Callable[..., Any]] = super().get_db_converters(expression)
        if expression.output_field.get_internal_type() in _AUTO_FIELDS:
            converters.append(self.convert_integerfield_value)
        return converters

    def execute_sql_flush(self, tables: list[str]) -> None:
        """Empty ``tables``, and let their numbers begin anew: nothing is left that they could collide with."""
        super().execute_sql_flush(tables)
        for table in tables:
            sequences.forget(self.connection, table)
