"""The conditional write (``apps.core.folds``) as an aggregation pipeline that updates one document by its key.

Its first stage fills in the columns that a new or an older document lacks with their defaults, the second sets those
of the fold; every expression of a stage sees the document as it was before the stage. The server locks the document,
and inserts it if there is none. Two inserts at once collide on the key; whoever lost does it again, on what is there
now.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from pymongo.errors import DuplicateKeyError

from apps.core.expressions import AllOf, AnyOf, Compare, Const, Expr, Greatest, If, Not, Old, Plus
from apps.core.folds import RowFold, blank

from .retry import ATTEMPTS, retried

if TYPE_CHECKING:
    from .base import DatabaseWrapper

Mql = dict[str, Any] | str
_UUID, _MOMENT = models.UUIDField(), models.DateTimeField()


def fold_row(connection: "DatabaseWrapper", fold: RowFold) -> None:
    """Carry out ``fold`` in one round trip, again if its answer is lost: what is folded twice is as folded once."""
    meta = fold.model._meta
    rows = connection.get_collection(meta.db_table)
    key = {meta.pk.column: meta.pk.get_db_prep_save(fold.id, connection)}
    update = pipeline(connection, fold)
    with connection.wrap_database_errors:
        retried(
            lambda: rows.update_one(key, update, upsert=True, **connection.options),
            attempts=1 if connection.session else ATTEMPTS,  # A transaction is repeated as a whole, or not at all.
            also=(DuplicateKeyError,),
        )


def pipeline(connection: "DatabaseWrapper", fold: RowFold) -> list[dict[str, Any]]:
    """Return the update that carries out ``fold``."""
    writer = _Writer(connection, fold.model._meta)
    changed = {writer.column(name): writer.value(name, value) for name, value in fold.values.items()}
    filled = {"$mergeObjects": [{"$literal": connection.ops.defaults(fold.model)}, "$$ROOT"]}
    return [{"$replaceWith": filled}, {"$set": changed}]


def defaults(connection: "DatabaseWrapper", model: type[models.Model]) -> dict[str, Any]:
    """Return the stored form of a row before any activity: columns to values.

    The key comes first, though without a value, because the server moves it there: were it anywhere else, every update
    would change the order of columns, and so write the whole document even when it changes nothing.
    """
    fields = {field.attname: field for field in model._meta.local_concrete_fields}
    row = blank(model)
    return {str(model._meta.pk.column): None} | {
        str(fields[name].column): fields[name].get_db_prep_save(value, connection) for name, value in row.items()
    }


class _Writer:
    """Turns expressions into MongoDB's, for one model. Constants are literals: a text may begin with ``$``."""

    def __init__(self, connection: "DatabaseWrapper", meta: Any) -> None:
        self.connection, self.meta = connection, meta

    def column(self, name: str) -> str:
        column: str = self.meta.get_field(name).column
        return column

    def value(self, name: str, expression: Expr) -> Mql:
        """Return what is stored in column ``name``: constants take the form in which its field stores them."""
        match expression:
            case Const(constant):
                return {"$literal": self.meta.get_field(name).get_db_prep_save(constant, self.connection)}
            case If(condition, then, otherwise):
                return {"$cond": [self.mql(condition), self.value(name, then), self.value(name, otherwise)]}
            case Greatest(args):
                return {"$max": [self.value(name, arg) for arg in args]}
            case Plus(left, right):
                return {"$add": [self.value(name, left), self.value(name, right)]}
        return self.mql(expression)

    def mql(self, expression: Expr) -> Mql:
        match expression:
            case Old(name):
                return f"${self.column(name)}"
            case Const(value):
                return {"$literal": self.constant(value)}
            case Compare(left, op, right):
                return {_OPERATORS[op]: self.all((left, right))}
            case Not(arg):
                return {"$not": [self.mql(arg)]}
            case If(condition, then, otherwise):
                return {"$cond": self.all((condition, then, otherwise))}
            case Plus(left, right):
                return {"$add": self.all((left, right))}
            case Greatest(args) | AllOf(args) | AnyOf(args):
                return {_OPERATORS[type(expression)]: self.all(args)}
        raise TypeError(f"{expression!r} is no expression of a fold")

    def all(self, expressions: Iterable[Expr]) -> list[Mql]:
        return [self.mql(expression) for expression in expressions]

    def constant(self, value: Any) -> Any:
        if isinstance(value, UUID):
            return _UUID.get_db_prep_value(value, self.connection)
        if isinstance(value, datetime):
            return _MOMENT.get_db_prep_value(value, self.connection)
        return value


_OPERATORS: dict[Any, str] = {"=": "$eq", "<": "$lt", ">": "$gt", Greatest: "$max", AllOf: "$and", AnyOf: "$or"}
