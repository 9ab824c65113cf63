"""Rows by key (``apps.core.rows``) as one pipeline that only matches and projects."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Model

from apps.core.rows import Row, column_of, converted, key_for

from .retry import ATTEMPTS, retried

if TYPE_CHECKING:
    from .base import DatabaseWrapper


def rows_by_id(
    connection: "DatabaseWrapper", model: type[Model], ids: Sequence[UUID], columns: tuple[str, ...]
) -> list[Row]:
    names = [column_of(model, column) for column in columns]
    key = column_of(model, "pk")
    pipeline = [
        {"$match": {key: {"$in": [key_for(connection, model, id) for id in ids]}}},
        {"$project": dict.fromkeys(names, 1)},
    ]
    rows = connection.get_collection(model._meta.db_table)
    attempts = 1 if connection.session else ATTEMPTS
    with connection.wrap_database_errors:
        found = retried(lambda: list(rows.aggregate(pipeline, **connection.options)), attempts=attempts)
    return converted(connection, model, columns, ([row.get(name) for name in names] for row in found))
