"""How an activity changes a projected row: one conditional statement, the same in Python, SQL and MongoDB.

A row keeps, for each kind of activity that touches it, the greatest id seen (a *register*); its state is computed by
comparing registers. So any order and any repetition of activities gives the same row. A projector says what it does as
expressions over the row as it is stored (``Old``); they are evaluated by the database inside one statement, because
read-compare-write loses what another process writes in between.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, connections, models, router, transaction

from .expressions import Expr, evaluate
from .upsert import fold_row

T = TypeVar("T")


@dataclass(frozen=True)
class RowFold:
    """What one activity does to one row: ``values`` maps columns (field names) to expressions over the stored row.

    All expressions see the row as it was. A column that is not named keeps its value, or gets its default. No two columns
    read each other, directly or by others between them: MariaDB assigns one after the other.
    """

    model: type[models.Model]
    id: UUID
    values: Mapping[str, Expr]


def blank(model: type[models.Model]) -> dict[str, Any]:
    """Return the row before any activity: field names to defaults, without the key."""
    return {f.attname: f.get_default() for f in model._meta.local_concrete_fields if not f.primary_key}


def folded(fold: RowFold, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``row`` as it is after ``fold``."""
    return {**row, **{name: evaluate(value, row) for name, value in fold.values.items()}}


def apply(fold: RowFold, *, using: str | None = None) -> None:
    """Fold into the stored row, by one statement that the database carries out atomically."""
    connection = connections[using or router.db_for_write(fold.model)]
    getattr(connection.ops, "fold_row", partial(fold_row, connection))(fold)


def apply_many(folds: Iterable[RowFold], *, using: str | None = None) -> None:
    """Fold many; of each row that did not exist only the outcome is written, so that loading in bulk is quick."""
    grouped: dict[tuple[type[models.Model], UUID], list[RowFold]] = {}
    for fold in folds:
        grouped.setdefault((fold.model, fold.id), []).append(fold)
    for model in {model for model, _ in grouped}:
        _apply_to_table(model, {id: g for (m, id), g in grouped.items() if m is model}, using)


def _apply_to_table(model: type[models.Model], grouped: dict[UUID, list[RowFold]], using: str | None) -> None:
    rows = model._default_manager.using(using or router.db_for_write(model))
    ids = list(grouped)
    stored = {id for part in batched(ids, 500) for id in rows.filter(pk__in=part).values_list("pk", flat=True)}
    fresh = [id for id in ids if id not in stored]
    late = [id for id in ids if id in stored]
    for part in batched(fresh, 500):
        try:
            with transaction.atomic(using=rows.db):  # Only so that a caller's transaction survives the IntegrityError.
                rows.bulk_create([_outcome(model, id, grouped[id]) for id in part])
        except IntegrityError:  # Somebody else made one of them meanwhile. Folding what is there already is harmless.
            late += part
    for id in late:
        for fold in grouped[id]:
            apply(fold, using=using)


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield ``items`` in parts of at most ``size``: stores limit how much one statement may name."""
    for at in range(0, len(items), size):
        yield items[at : at + size]


def _outcome(model: type[models.Model], id: UUID, folds: list[RowFold]) -> models.Model:
    row = blank(model)
    for fold in folds:
        row = folded(fold, row)
    return model(pk=id, **row)
