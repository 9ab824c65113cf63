"""Who projects what: row projectors (pure, part of replay) and later stages (jobs, repeated until they are done)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from django.db import models

from apps.core import folds
from apps.core.folds import RowFold

from .activities import Activity
from .handler import journal
from .signals import projected

ROW = "row"

_background: ContextVar[bool] = ContextVar("in_background", default=False)


class NotYet(Exception):  # noqa: N818 - nothing is wrong
    """A stage can't be carried out here and now: it stays pending, and that is no failure.

    ``left`` are the activities for which it is so, where the others are done.
    """

    def __init__(self, message: str, *, left: Collection[UUID] = ()) -> None:
        super().__init__(message)
        self.left = frozenset(left)


RowProjector = Callable[[Activity], Iterable[RowFold]]
Decorated = TypeVar("Decorated", bound=Callable[..., object])


class Stage(Protocol):
    def __call__(self, activities: Sequence[Activity], *, now: datetime) -> None: ...


@dataclass(frozen=True)
class Projected:
    """A table that replay rebuilds: a function of activities. ``people`` are its columns that hold a person."""

    model: type[models.Model]
    people: tuple[str, ...]


_rows: dict[str, list[RowProjector]] = {}
_stages: dict[str, Stage] = {}
_stages_of: dict[str, list[str]] = {}
_inline: set[str] = set()
_required: dict[str, Callable[[Activity], bool]] = {}
_tables: dict[type[models.Model], Projected] = {}


def row_projector(*verbs: str) -> Callable[[Decorated], Decorated]:
    """Register a pure function from an activity to what it does to rows. It may read nothing else."""

    def register(function: Decorated) -> Decorated:
        for verb in verbs:
            _rows.setdefault(verb, []).append(function)  # type: ignore[arg-type]
        return function

    return register


def stage(
    name: str, *verbs: str, inline: bool = False, required: Callable[[Activity], bool] | None = None
) -> Callable[[Decorated], Decorated]:
    """Register a later stage of activities, of one or of some hundreds at once. It is repeated until it returns, so
    repeating must be harmless.

    An ``inline`` stage runs before the answer, in the order of registration; the others run as jobs. It stays pending
    where it fails; but an activity that ``required`` says it of is then not acknowledged.
    """

    def register(function: Decorated) -> Decorated:
        if name in _stages:
            raise ValueError(f"stage {name!r} is registered twice")
        _stages[name] = function  # type: ignore[assignment]
        for verb in verbs:
            _stages_of.setdefault(verb, []).append(name)
        if inline:
            _inline.add(name)
        if required:
            _required[name] = required
        return function

    return register


def register_projected(model: type[models.Model], *, people: Iterable[str] = ()) -> None:
    """Name a projected table for replay. ``people`` are its columns that hold a person, for erasure."""
    _tables[model] = Projected(model, tuple(people))


def projected_tables() -> list[Projected]:
    return list(_tables.values())


def stages_of(activity: Activity) -> set[str]:
    """Return the names of all stages that ``activity`` goes through; none if this process does not know it."""
    return {ROW, *_stages_of.get(activity.verb, [])} if activity.is_known else set()


def inline_stages_of(activity: Activity) -> list[str]:
    return [name for name in _stages_of.get(activity.verb, []) if name in _inline]


def required_stages_of(activity: Activity) -> list[str]:
    """Return the inline stages without which ``activity`` must not be acknowledged."""
    return [name for name in inline_stages_of(activity) if name in _required and _required[name](activity)]


def job_stages_of(activity: Activity) -> list[str]:
    return [name for name in _stages_of.get(activity.verb, []) if name not in _inline]


def in_order() -> list[str]:
    """Return the names of all stages in the order in which they are carried out."""
    return [ROW, *(name for name in _stages if name in _inline), *(name for name in _stages if name not in _inline)]


def row_folds(activity: Activity) -> Iterator[RowFold]:
    for projector in _rows.get(activity.verb, []):
        yield from projector(activity)


def in_background() -> bool:
    """Say whether nobody waits for what is being done: the sweeper does it, an import or a redelivery."""
    return _background.get()


@contextmanager
def background() -> Iterator[None]:
    """Do what is within as the sweeper does: there is time for long stages."""
    token = _background.set(True)
    try:
        yield
    finally:
        _background.reset(token)


def people_of(activity: Activity) -> set[UUID]:
    """Return who an activity is by and, where its object is a person, done to."""
    return {activity.actor_id, activity.object_id}


def delete_rows_of(person_id: UUID) -> None:
    """Delete what is projected of a person, in each column that is named for it."""
    for table in projected_tables():
        for column in table.people:
            table.model._default_manager.filter(**{column: person_id}).delete()


def is_of_erased(activity: Activity, erased: Collection[UUID]) -> bool:
    """Say whether ``activity`` was done by or to an erased person, so that projectors must ignore it."""
    return any(person in erased for person in people_of(activity))


def _write_rows(activity: Activity) -> None:
    for fold in row_folds(activity):
        folds.apply(fold)
    projected.send(sender=None, activity=activity)


def run_stage(
    name: str, activities: Sequence[Activity], *, now: datetime, erased: Collection[UUID] | None = None
) -> None:
    """Carry out one stage of activities that all have it; ``row`` is one too."""
    alive = _not_ignored(activities, erased)
    if name == ROW:
        for activity in alive:
            _write_rows(activity)
    elif alive:
        _stages[name](alive, now=now)


def _not_ignored(activities: Sequence[Activity], erased: Collection[UUID] | None) -> list[Activity]:
    """Return those activities that no erased person did, and that were done to none."""
    if erased is None:
        erased = journal().tombstones({id for activity in activities for id in people_of(activity)})
    return [activity for activity in activities if not is_of_erased(activity, erased)]
