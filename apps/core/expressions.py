"""Expressions over a stored row, that Python, SQL and MongoDB evaluate alike (see ``folds``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .ids import NIL


class Expr:
    """A value computed from the stored row."""


@dataclass(frozen=True)
class Old(Expr):
    """A column of the stored row; where there is no row, the default of the model's field."""

    name: str


@dataclass(frozen=True)
class Const(Expr):
    value: Any


@dataclass(frozen=True)
class Greatest(Expr):
    """The greater of several ids or numbers, none of them NULL."""

    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Plus(Expr):
    """The sum of two numbers: the one expression that repeating changes, so only for counts of *asking*."""

    left: Expr
    right: Expr


@dataclass(frozen=True)
class Compare(Expr):
    """``left`` ``op`` ``right``; ``op`` is one of ``=``, ``<`` and ``>``."""

    left: Expr
    op: str
    right: Expr


@dataclass(frozen=True)
class AllOf(Expr):
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class AnyOf(Expr):
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Not(Expr):
    arg: Expr


@dataclass(frozen=True)
class If(Expr):
    condition: Expr
    then: Expr
    otherwise: Expr


def expr(value: Any) -> Expr:
    return value if isinstance(value, Expr) else Const(value)


def greatest(*args: Any) -> Expr:
    return Greatest(tuple(expr(arg) for arg in args))


def plus(left: Any, right: Any) -> Expr:
    return Plus(expr(left), expr(right))


def gt(left: Any, right: Any) -> Expr:
    return Compare(expr(left), ">", expr(right))


def lt(left: Any, right: Any) -> Expr:
    return Compare(expr(left), "<", expr(right))


def eq(left: Any, right: Any) -> Expr:
    return Compare(expr(left), "=", expr(right))


def all_of(*args: Expr) -> Expr:
    return AllOf(args)


def any_of(*args: Expr) -> Expr:
    return AnyOf(args)


def when(condition: Expr, then: Any, otherwise: Any) -> Expr:
    return If(condition, expr(then), expr(otherwise))


def raised(register: str, id: UUID) -> Expr:
    """The register's greatest id once ``id`` has been seen as well."""
    return greatest(Old(register), id)


def lowered(register: str, id: UUID) -> Expr:
    """The register's least id once ``id`` has been seen as well; ``NIL`` means that none was seen before."""
    return when(any_of(eq(Old(register), NIL), lt(id, Old(register))), id, Old(register))


_COMPARE = {"=": lambda a, b: a == b, "<": lambda a, b: a < b, ">": lambda a, b: a > b}


def evaluate(expression: Expr, row: Mapping[str, Any]) -> Any:
    """Return the value of ``expression`` for ``row``, a mapping of field names to Python values."""
    match expression:
        case Const(value):
            return value
        case Old(name):
            return row[name]
        case Greatest(args):
            return max(evaluate(arg, row) for arg in args)
        case Plus(left, right):
            return evaluate(left, row) + evaluate(right, row)
        case Compare(left, op, right):
            return _COMPARE[op](evaluate(left, row), evaluate(right, row))
        case AllOf(args):
            return all(evaluate(arg, row) for arg in args)
        case AnyOf(args):
            return any(evaluate(arg, row) for arg in args)
        case Not(arg):
            return not evaluate(arg, row)
        case If(condition, then, otherwise):
            return evaluate(then if evaluate(condition, row) else otherwise, row)
    raise TypeError(f"{expression!r} is no expression of a fold")
