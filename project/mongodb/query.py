"""Pages of rows: sort and limit first, by the index, and only then project."""

from typing import Any

from bson import SON
from django.db.models.expressions import Col, Ref
from django_mongodb_backend.query import MongoQuery


class PageQuery(MongoQuery):  # type: ignore[misc]
    """The stock pipeline projects before it sorts, so that no index sorts: it reads everything that matches.

    Where the order is by plain columns of the collection itself, sorting and limiting come first.
    """

    def get_pipeline(self) -> list[dict[str, Any]]:
        sort = self._plain_sort()
        if sort is None:
            return super().get_pipeline()  # type: ignore[no-any-return]
        pipeline: list[dict[str, Any]] = [{"$match": self.match_mql}] if self.match_mql else []
        pipeline += [{"$sort": sort}, *(self.lookup_pipeline or ())]
        if self.query.low_mark > 0:
            pipeline.append({"$skip": self.query.low_mark})
        if self.query.high_mark is not None:
            pipeline.append({"$limit": self.query.high_mark - self.query.low_mark})
        if self.project_fields:
            pipeline.append({"$project": self.project_fields})
        extra = {name: value for name, value in (self.extra_fields or {}).items() if name not in sort}
        return [*pipeline, {"$addFields": extra}] if extra else pipeline

    def _plain_sort(self) -> SON[str, int] | None:
        """Return the order as plain columns; None where the stock pipeline must do it."""
        if not self.ordering or self.subqueries or self._has_stages() or not self._matches_itself_only():
            return None
        sort: SON[str, int] = SON()
        for order in self.compiler.order_by_objs or ():
            expression = order.expression.source if isinstance(order.expression, Ref) else order.expression
            is_plain = isinstance(expression, Col) and expression.alias == self.compiler.collection_name
            if not is_plain or order.nulls_first or order.nulls_last:
                return None
            sort[expression.target.column] = -1 if order.descending else 1
        return sort

    def _has_stages(self) -> bool:
        return bool(
            self.aggregation_pipeline or self.combinator_pipeline or self.search_pipeline or self.subquery_lookup
        )

    def _matches_itself_only(self) -> bool:
        return not self.lookup_pipeline or _only(self.compiler.get_where(), self.compiler.collection_name)


def _only(where: Any, name: str) -> bool:
    """Say whether every condition is about a column of ``name``."""
    for child in getattr(where, "children", ()):
        if hasattr(child, "children"):
            if not _only(child, name):
                return False
        elif not (isinstance(getattr(child, "lhs", None), Col) and child.lhs.alias == name):
            return False
    return True
