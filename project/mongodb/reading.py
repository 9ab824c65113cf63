"""SELECT: prefetch over many-to-many, and a sum of nothing that is NULL as in SQL."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Sum, Value
from django.db.models.expressions import Case, When
from django.db.models.lookups import IsNull
from django_mongodb_backend import compiler
from pymongo.errors import CursorNotFound

from .pipeline import Query
from .retry import ATTEMPTS, retried

_PREFETCHED = "_prefetch_related_val_"


class Reading(compiler.SQLCompiler):
    """What every compiler of this engine does when it reads."""

    query_class = Query

    def __init__(self, query: Any, *args: Any, **kwargs: Any) -> None:
        if query.extra and all(name.startswith(_PREFETCHED) for name in query.extra):
            query = _with_columns_for_extra(query)
        super().__init__(query, *args, **kwargs)

    def execute_sql(self, *args: Any, **kwargs: Any) -> Any:
        with self.connection.wrap_database_errors:
            return super().execute_sql(*args, **kwargs)

    def cursor_iter(self, *args: Any) -> Iterator[list[Any]]:
        with self.connection.wrap_database_errors:  # The next batch may fail long after the first.
            yield from super().cursor_iter(*args)

    def _get_replace_expr(self, sub_expr: Any, group: dict[str, Any], alias: str) -> Any:
        """Compute the greatest value beside each sum: ``$sum`` of nothing is 0, ``$max`` of nothing is null."""
        replaced = super()._get_replace_expr(sub_expr, group, alias)
        if not isinstance(sub_expr, Sum) or getattr(sub_expr, "distinct", False):
            return replaced
        greatest = f"{alias}__greatest"
        group[greatest] = {"$max": group[alias]["$sum"]}
        nothing = IsNull(self._get_column_from_expression(sub_expr, greatest), True)
        return Case(When(nothing, then=Value(None)), default=replaced, output_field=sub_expr.output_field)


class Repeated(Reading):
    """A SELECT, which is asked again when its server was lost on the way, also between two batches.

    What is read in chunks is not: a part of it is with the caller already.
    """

    def execute_sql(self, *args: Any, **kwargs: Any) -> Any:
        once = bool(self.connection.session or kwargs.get("chunked_fetch"))
        read = super().execute_sql
        return retried(lambda: read(*args, **kwargs), attempts=1 if once else ATTEMPTS, also=(CursorNotFound,))


def _with_columns_for_extra(query: Any) -> Any:
    """Return ``query`` with annotations in place of ``extra(select=…)``.

    ``prefetch_related`` over a many-to-many asks in this way to whom each row belongs: name → ("table.column", ()).
    """
    query = query.clone()
    wanted, query.extra = query.extra, {}
    query.set_extra_mask(())
    query._extra_select_cache = None
    for name, (text, _) in wanted.items():
        table, column = text.rsplit(".", 1)
        alias = next(alias for alias in query.table_map[table] if query.alias_refcount[alias])
        through = query.alias_map[alias].join_fields[0][1].model
        field = next(field for field in through._meta.local_concrete_fields if field.column == column)
        query.annotations[name] = field.get_col(alias)
        query.append_annotation_mask([name])
    return query
