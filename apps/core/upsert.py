"""The conditional write on SQL: ``INSERT … ON CONFLICT DO UPDATE`` (``ON DUPLICATE KEY UPDATE`` on MariaDB)."""

from collections.abc import Iterable
from datetime import datetime
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from .expressions import AllOf, AnyOf, Compare, Const, Expr, Greatest, If, Not, Old, Plus, evaluate
from .fields import RefField

if TYPE_CHECKING:
    from .folds import RowFold

Sql = tuple[str, list[Any]]
_ID, _MOMENT = RefField(), models.DateTimeField()


class _Writer:
    """Turns expressions into SQL of one connection, for one table."""

    def __init__(self, connection: BaseDatabaseWrapper, model: type[models.Model]) -> None:
        self.connection = connection
        self.meta: Any = model._meta
        self.table = connection.ops.quote_name(self.meta.db_table)
        self.greatest = "MAX" if connection.vendor == "sqlite" else "GREATEST"

    def column(self, name: str) -> str:
        return self.connection.ops.quote_name(self.meta.get_field(name).column)

    def constant(self, value: Any) -> Any:
        if isinstance(value, UUID):
            return _ID.get_db_prep_value(value, self.connection)
        if isinstance(value, datetime):
            return _MOMENT.get_db_prep_value(value, self.connection)
        return value

    def sql(self, expression: Expr) -> Sql:
        match expression:
            case Old(name):
                return f"{self.table}.{self.column(name)}", []
            case Const(value):
                return "%s", [self.constant(value)]
            case Greatest(args):
                return self._joined(args, ", ", self.greatest)
            case AllOf(args):
                return self._joined(args, " AND ")
            case AnyOf(args):
                return self._joined(args, " OR ")
            case Not(arg):
                text, params = self.sql(arg)
                return f"NOT ({text})", params
            case Plus(left, right):
                return self._joined((left, right), " + ")
            case Compare(left, op, right):
                return self._joined((left, right), f" {op} ")
            case If(condition, then, otherwise):
                parts = [self.sql(part) for part in (condition, then, otherwise)]
                text = "CASE WHEN {} THEN {} ELSE {} END".format(*(text for text, _ in parts))
                return text, [param for _, params in parts for param in params]
        raise TypeError(f"{expression!r} is no expression of a fold")

    def _joined(self, args: Iterable[Expr], separator: str, function: str = "") -> Sql:
        parts = [self.sql(arg) for arg in args]
        text = separator.join(text for text, _ in parts)
        return f"{function}({text})", [param for _, params in parts for param in params]


def fold_row(connection: BaseDatabaseWrapper, fold: "RowFold") -> None:
    """Carry out ``fold`` in one statement and one round trip."""
    writer = _Writer(connection, fold.model)
    insert, inserted = _insert(writer, fold)
    update, updated = _update(writer, fold)
    with connection.cursor() as cursor:
        cursor.execute(f"{insert} {update}", inserted + updated)


def _insert(writer: _Writer, fold: "RowFold") -> Sql:
    row = {f.attname: f.get_default() for f in writer.meta.local_concrete_fields if not f.primary_key}
    outcome = row | {name: evaluate(value, row) for name, value in fold.values.items()}
    fields = writer.meta.local_concrete_fields
    values = [fold.id if f.primary_key else outcome[f.attname] for f in fields]
    columns = ", ".join(writer.connection.ops.quote_name(f.column) for f in fields)
    marks = ", ".join(["%s"] * len(fields))
    params = [f.get_db_prep_save(v, writer.connection) for f, v in zip(fields, values, strict=True)]
    return f"INSERT INTO {writer.table} ({columns}) VALUES ({marks})", params


def _update(writer: _Writer, fold: "RowFold") -> Sql:
    parts = []
    for name, value in _read_before_written(fold):
        text, params = writer.sql(_prepared(writer, name, value))
        parts.append((f"{writer.column(name)} = {text}", params))
    key = writer.connection.ops.quote_name(writer.meta.pk.column)
    head = "ON DUPLICATE KEY UPDATE" if writer.connection.vendor == "mysql" else f"ON CONFLICT ({key}) DO UPDATE SET"
    return f"{head} {', '.join(text for text, _ in parts)}", [param for _, params in parts for param in params]


def _read_before_written(fold: "RowFold") -> list[tuple[str, Expr]]:
    """Order the assignments so that no expression reads a column assigned before it.

    MariaDB and MySQL let a later assignment see an earlier one. So two columns may not read each other.
    """
    readers: dict[str, set[str]] = {column: set() for column in fold.values}
    for column, value in fold.values.items():
        for read in _names(value) & readers.keys() - {column}:
            readers[read].add(column)
    return [(column, fold.values[column]) for column in TopologicalSorter(readers).static_order()]


def _names(expression: Expr) -> set[str]:
    if isinstance(expression, Old):
        return {expression.name}
    children = getattr(expression, "args", None) or [v for v in vars(expression).values() if isinstance(v, Expr)]
    return set().union(*(_names(child) for child in children)) if children else set()


def _prepared(writer: _Writer, name: str, value: Expr) -> Expr:
    """Bring the constants that end up in column ``name`` into the form in which its field stores them."""
    match value:
        case Const(constant):
            return Const(writer.meta.get_field(name).get_db_prep_save(constant, writer.connection))
        case If(condition, then, otherwise):
            return If(condition, _prepared(writer, name, then), _prepared(writer, name, otherwise))
    return value
