"""The aggregation pipeline of a SELECT: what may use an index comes first.

Stock projects before it sorts, and no index can serve the order of what was computed: a page of 20 then reads all that
matched. Here ``$match``, ``$sort``, ``$limit`` come first wherever the order is of plain columns, and joins stream.
"""

from collections.abc import Iterator
from typing import Any

from bson import SON
from django.db.models.expressions import Col, Ref
from django.db.models.sql.constants import LOUTER
from django.db.models.sql.where import WhereNode
from django_mongodb_backend.query import MongoQuery
from django_mongodb_backend.query_utils import is_constant_value
from pymongo.errors import OperationFailure

from .hints import index_for

Pipeline = list[dict[str, Any]]
_BAD_HINT = 2


class Query(MongoQuery):
    def get_pipeline(self) -> Pipeline:
        order = self.plain_order()
        if order is None:
            return super().get_pipeline()  # type: ignore[no-any-return]
        chosen = [*([{"$match": self.match_mql}] if self.match_mql else ()), {"$sort": order}]
        joins, page = self._joins(), self._page()
        if not self._selects_by_itself():
            stages = [*joins, *chosen, *page]
        elif self._keeps_rows():
            stages = [*chosen, *page, *joins]
        else:  # A join may leave out or repeat rows, so it must be known before the rows of a page can be counted.
            stages = [*chosen, *joins, *page]
        return [*stages, *self._columns(order)]

    def plain_order(self) -> "SON[str, int] | None":
        """Return the ``$sort`` if columns of the collection itself are all that it takes."""
        grouped = self.aggregation_pipeline or self.combinator_pipeline or self.search_pipeline or self.subquery_lookup
        if grouped or not self.ordering:
            return None
        order: SON[str, int] = SON()
        for term in self.compiler.order_by_objs:
            column: Any = term.expression.source if isinstance(term.expression, Ref) else term.expression  # type: ignore[attr-defined]
            if not self.is_own(column) or term.nulls_first or term.nulls_last:
                return None
            order[column.target.column] = -1 if term.descending else 1
        return order

    def is_own(self, expression: Any) -> bool:
        """Whether ``expression`` is a column of the collection that is read, not of one that is joined."""
        return isinstance(expression, Col) and expression.alias == self.compiler.collection_name

    def _joins(self) -> Pipeline:
        subqueries = [stage for query in self.subqueries or () for stage in query.get_pipeline()]
        return [*(self.lookup_pipeline or ()), *subqueries]

    def _selects_by_itself(self) -> bool:
        leaves = _leaves(self.compiler.get_where())
        return all(self.is_own(getattr(leaf, "lhs", None)) and is_constant_value(leaf.rhs) for leaf in leaves)

    def _keeps_rows(self) -> bool:
        joined = [join for alias, join in self.query.alias_map.items() if self.query.alias_refcount[alias]]
        return all(
            join.join_type == LOUTER and (join.join_field.many_to_one or join.join_field.one_to_one)
            for join in joined
            if join.join_type
        )

    def _page(self) -> Pipeline:
        low, high = self.query.low_mark, self.query.high_mark
        return [*([{"$skip": low}] if low else ()), *([{"$limit": high - low}] if high is not None else ())]

    def _columns(self, order: "SON[str, int]") -> Pipeline:
        added = {name: value for name, value in (self.extra_fields or {}).items() if name not in order}
        stages = {"$project": self.project_fields, "$addFields": added}
        return [{stage: fields} for stage, fields in stages.items() if fields]

    def get_cursor(self) -> Any:
        """Run the query, by the index that it should be answered with if there is such a one."""
        if hint := index_for(self):
            try:
                return self._run(hint=hint)
            except OperationFailure as error:
                if error.code != _BAD_HINT:  # Else the model is ahead of its migrations.
                    raise
        return self._run()

    def _run(self, **options: Any) -> Any:
        options |= self.compiler.connection.options
        return self.compiler.collection.aggregate(_without_unwanted_key(self.get_pipeline()), **options)


def _without_unwanted_key(pipeline: Pipeline) -> Pipeline:
    """Leave out the key where nobody asks for it: MongoDB adds it, and no index without it could answer alone."""
    columns = pipeline[-1].get("$project") if pipeline else None
    if columns is None or "_id" in columns:
        return pipeline
    return [*pipeline[:-1], {"$project": {**columns, "_id": 0}}]


def _leaves(where: Any) -> Iterator[Any]:
    for child in getattr(where, "children", ()):
        if isinstance(child, WhereNode):
            yield from _leaves(child)
        else:
            yield child
