"""The expressions of ``apps.core`` as an update pipeline of MongoDB."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.core.expressions import AllOf, AnyOf, Compare, Const, Expr, Greatest, If, Not, Old, Plus
from apps.core.folds import RowFold

_OPERATORS = {"=": "$eq", "<": "$lt", ">": "$gt"}
_UUID, _MOMENT = models.UUIDField(), models.DateTimeField()


def pipeline_of(fold: RowFold, connection: BaseDatabaseWrapper) -> list[dict[str, Any]]:
    """Return one ``$set`` stage, in which every expression sees the document as it was.

    Columns that the fold does not name are set to themselves, or to their default where the document is new.
    """
    writer = _Writer(connection, fold.model)
    fields = [field for field in fold.model._meta.local_concrete_fields if not field.primary_key]
    return [{"$set": {f.column: writer.column(f, fold.values.get(f.name, Old(f.name))) for f in fields}}]


class _Writer:
    def __init__(self, connection: BaseDatabaseWrapper, model: type[models.Model]) -> None:
        self.connection, self.meta = connection, model._meta

    def column(self, field: Any, expression: Expr) -> Any:
        """Return what is stored in ``field``'s column: constants as the field stores them."""
        match expression:
            case Const(value):
                return {"$literal": field.get_db_prep_save(value, self.connection)}
            case If(condition, then, otherwise):
                return {"$cond": [self.mql(condition), self.column(field, then), self.column(field, otherwise)]}
        return self.mql(expression)

    def mql(self, expression: Expr) -> Any:
        match expression:
            case Old(name):
                field: Any = self.meta.get_field(name)
                default = field.get_db_prep_save(field.get_default(), self.connection)
                return {"$ifNull": [f"${field.column}", {"$literal": default}]}
            case Const(value):
                return {"$literal": self._constant(value)}
            case Greatest(args):
                return {"$max": [self.mql(arg) for arg in args]}
            case Plus(left, right):
                return {"$add": [self.mql(left), self.mql(right)]}
            case Compare(left, op, right):
                return {_OPERATORS[op]: [self.mql(left), self.mql(right)]}
            case AllOf(args):
                return {"$and": [self.mql(arg) for arg in args]}
            case AnyOf(args):
                return {"$or": [self.mql(arg) for arg in args]}
            case Not(arg):
                return {"$not": [self.mql(arg)]}
            case If(condition, then, otherwise):
                return {"$cond": [self.mql(condition), self.mql(then), self.mql(otherwise)]}
        raise TypeError(f"{expression!r} is no expression of a fold")

    def _constant(self, value: Any) -> Any:
        if isinstance(value, UUID):
            return _UUID.get_db_prep_value(value, self.connection)
        if isinstance(value, datetime):
            return _MOMENT.get_db_prep_value(value, self.connection)
        return value
