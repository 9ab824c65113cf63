"""Indexes that the planner can use, and numbers that go with their table."""

from datetime import datetime
from typing import Any

from bson import ObjectId
from django.db.models import Field, Index, Model
from django_mongodb_backend import schema
from django_mongodb_backend.schema import ignore_embedded_models
from pymongo import IndexModel

from . import sequences

_LEAST: dict[str, Any] = {
    "date": datetime.min,  # noqa: DTZ901 - MongoDB's dates carry no time zone
    "decimal": float("-inf"),
    "double": float("-inf"),
    "int": float("-inf"),
    "long": float("-inf"),
    "objectId": ObjectId("0" * 24),
    "string": "",
}
"""The least value of a type. A range never matches NULL here, so "at least that" means NOT NULL to the planner too."""


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    @ignore_embedded_models
    def add_index(
        self,
        model: type[Model],
        index: Index,
        *,
        field: "Field[Any, Any] | None" = None,
        unique: bool = False,
        column_prefix: str = "",
        parent_model: type[Model] | None = None,
    ) -> None:
        options = {"field": field, "unique": unique, "column_prefix": column_prefix}
        if not unique:
            super().add_index(model, index, parent_model=parent_model, **options)
        elif made := index.get_pymongo_index_model(model, schema_editor=self, **options):  # type: ignore[attr-defined]
            fields = [field] if field else [_field(model, name) for name, _ in index.fields_orders]
            _make_usable(made, {f"{column_prefix}{f.column}": f for f in fields})
            self.get_collection((parent_model or model)._meta.db_table).create_indexes([made])

    def delete_model(self, model: type[Model]) -> None:
        super().delete_model(model)
        if not self.collect_sql:
            sequences.forget(self.connection, model._meta.db_table)

    def alter_db_table(self, model: type[Model], old_db_table: str, new_db_table: str) -> None:
        super().alter_db_table(model, old_db_table, new_db_table)
        if not self.collect_sql and old_db_table != new_db_table:
            sequences.rename(self.connection, old_db_table, new_db_table)


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    return model._meta.get_field(name)  # type: ignore[return-value]


def _make_usable(made: IndexModel, fields: "dict[str, Field[Any, Any]]") -> None:
    """Replace the filter "is of its type", by which stock lets several rows be NULL.

    The planner doesn't see that a look-up implies it, so it reads the whole collection instead. A column that is never
    NULL needs no filter; one that may be gets a range.
    """
    wanted = made.document.pop("partialFilterExpression", {})
    for column, field in fields.items():
        condition = wanted.pop(column, {})
        kind = condition.pop("$type", None)
        if field.null and not condition:
            condition = {"$gte": _LEAST[kind]} if kind in _LEAST else {"$type": kind}
        if condition:
            wanted[column] = condition
    if wanted:
        made.document["partialFilterExpression"] = dict(wanted)
