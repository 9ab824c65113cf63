"""Rows by key as plain tuples: what pages ask for most, by statements that are written once.

To build a queryset, and ids with all their checks, costs several times what the query does. This is only for look-ups by
primary key; everything else is the ORM's. It is an operation of the database connection, where that has one of its own
(MongoDB's lies in ``project/mongodb``).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

from .folds import batched
from .ids import from_hex

_AT_ONCE = 500
Row = tuple[Any, ...]
Convert = Callable[[Any], Any] | None


def rows_by_id(model: type[models.Model], ids: Iterable[UUID], columns: tuple[str, ...]) -> list[Row]:
    """Return ``columns`` (names of fields) of those rows of ``ids`` that there are, in any order."""
    connection = connections[router.db_for_read(model)]
    read = getattr(connection.ops, "rows_by_id", partial(_rows_by_id, connection))
    return [row for part in batched(list(dict.fromkeys(ids)), _AT_ONCE) for row in read(model, part, columns)]


def converted(
    connection: BaseDatabaseWrapper, model: type[models.Model], columns: tuple[str, ...], rows: Iterable[Sequence[Any]]
) -> list[Row]:
    """Return stored ``rows`` as their fields' values."""
    plans: dict[Any, list[Convert]] = vars(connection).setdefault("_rows_by_id", {})
    if (model, columns) not in plans:
        plans[model, columns] = [_converter(connection, _field(model, name)) for name in columns]
    plan = plans[model, columns]
    return [
        tuple([value if convert is None else convert(value) for convert, value in zip(plan, row, strict=True)])
        for row in rows
    ]


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def column_of(model: type[models.Model], name: str) -> str:
    return str(_field(model, name).column)


def key_for(connection: BaseDatabaseWrapper, model: type[models.Model], id: UUID) -> Any:
    """Return ``id`` in the form in which the key is stored."""
    return _field(model, "pk").get_db_prep_value(id, connection)


def _converter(connection: BaseDatabaseWrapper, field: Any) -> Convert:
    """Return what Django does with a stored value; ids of 32 digits, of which there are most, are read directly."""
    if field.get_internal_type() == "UUIDField" and not connection.features.has_native_uuid_field:
        return from_hex
    column = field.get_col(field.model._meta.db_table)
    chain = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
    if not chain:
        return None

    def convert(value: Any) -> Any:
        for one in chain:
            value = one(value, column, connection)
        return value

    return convert


def _rows_by_id(
    connection: BaseDatabaseWrapper, model: type[models.Model], ids: Sequence[UUID], columns: tuple[str, ...]
) -> list[Row]:
    name = connection.ops.quote_name
    listed = ", ".join(name(column_of(model, column)) for column in columns)
    marks = ", ".join(["%s"] * len(ids))
    where = f"{name(column_of(model, 'pk'))} IN ({marks})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {listed} FROM {name(model._meta.db_table)} WHERE {where}",
            [key_for(connection, model, id) for id in ids],
        )
        return converted(connection, model, columns, cursor.fetchall())
