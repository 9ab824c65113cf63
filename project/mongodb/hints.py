"""Which index answers ``a IN (…) [AND b = …] [AND c < …] ORDER BY c``: the one on (a, b, c), by merging sorted ranges.

MongoDB's planner tries several plans for a moment and keeps the winner for all queries of that shape. For the newest
posts of busy authors the winner walks *all* posts from the newest on; for authors who have been quiet that same plan
walks until it has looked at ten times as much as it should have. Naming the index makes the price a function of the
question alone.
"""

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.db.models.expressions import Col
from django.db.models.sql.where import AND, WhereNode

if TYPE_CHECKING:
    from .pipeline import Query

MOST_RANGES = 200
"""MongoDB merges at most this many sorted ranges (``internalQueryMaxScansToExplode``); else it sorts all matches."""


def index_for(query: "Query") -> str | None:
    """Return the name of the index that serves ``query`` as above, or None where it isn't of that kind."""
    order = query.plain_order()
    if order is None or len(order) != 1 or query.lookup_pipeline or query.subqueries:
        return None
    (sorted_by,) = order
    fixed: dict[str, int] = {}
    simple = _collect(query.compiler.get_where(), sorted_by, fixed)
    if not simple or not fixed or not 1 <= prod(fixed.values()) <= MOST_RANGES:
        return None
    return _index_on(query.query.get_meta().model, fixed, sorted_by)


def _collect(where: Any, sorted_by: str, fixed: dict[str, int]) -> bool:
    """Write into ``fixed`` which columns take how many values; return False where it isn't as simple as that."""
    if where.negated or where.connector != AND:
        return False
    return all(
        _collect(child, sorted_by, fixed) if isinstance(child, WhereNode) else _note(child, sorted_by, fixed)
        for child in where.children
    )


def _note(leaf: Any, sorted_by: str, fixed: dict[str, int]) -> bool:
    column = leaf.lhs.target.column if isinstance(getattr(leaf, "lhs", None), Col) else None
    if column is None or column == sorted_by:
        return column is not None
    if leaf.lookup_name not in ("exact", "in"):
        return False
    values = len(leaf.rhs) if leaf.lookup_name == "in" else 1
    fixed[column] = min(values, fixed.get(column, values))
    return True


def _index_on(model: type[Model], fixed: Mapping[str, int], sorted_by: str) -> str | None:
    for index in model._meta.indexes:
        columns = [model._meta.get_field(name).column for name, _ in index.fields_orders]  # type: ignore[union-attr]
        first, following = columns[: len(fixed)], columns[len(fixed) :]
        if set(first) == set(fixed) and following[:1] == [sorted_by] and index.condition is None:
            return index.name
    return None
