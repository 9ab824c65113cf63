"""Unique indexes that the planner can use for look-ups."""

from datetime import datetime
from typing import Any

from bson import ObjectId
from django_mongodb_backend import schema

_LEAST = {
    "string": "",
    "long": float("-inf"),
    "int": float("-inf"),
    "double": float("-inf"),
    "decimal": float("-inf"),
    "objectId": ObjectId("0" * 24),
    "date": datetime.min,
}


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):  # type: ignore[misc]
    """The stock backend makes each unique index partial by ``$type``, which no look-up's filter implies: a COLLSCAN."""

    def add_index(
        self,
        model: Any,
        index: Any,
        *,
        field: Any = None,
        unique: bool = False,
        column_prefix: str = "",
        parent_model: Any = None,
    ) -> None:
        if not unique:
            super().add_index(model, index, field=field, column_prefix=column_prefix, parent_model=parent_model)
            return
        made = index.get_pymongo_index_model(
            model, schema_editor=self, field=field, unique=True, column_prefix=column_prefix
        )
        if made is None:
            return
        fields = [field] if field else [model._meta.get_field(name) for name, _ in index.fields_orders]
        _loosen(made.document, fields, column_prefix)
        self.get_collection((parent_model or model)._meta.db_table).create_indexes([made])


def _loosen(document: dict[str, Any], fields: list[Any], column_prefix: str) -> None:
    """Drop the ``$type`` of columns that are never NULL, and say "at least the least value" for the others."""
    partial = {column: dict(limits) for column, limits in document.pop("partialFilterExpression", {}).items()}
    for field in fields:
        limits = partial.get(column_prefix + field.column, {})
        kind = limits.pop("$type", None)
        if field.null and kind in _LEAST:
            limits["$gte"] = _LEAST[kind]
        elif field.null and kind:
            limits["$type"] = kind
    partial = {column: limits for column, limits in partial.items() if limits}
    if partial:
        document["partialFilterExpression"] = partial
