"""What an append to the journal on Cassandra costs beside the same statements, prepared, by the driver alone."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from cassandra.concurrent import execute_concurrent
from django.utils.timezone import now as clock

from apps.core import ids
from apps.core.backends.cassandra import session_of
from apps.journal.activities import Activity, Verb
from apps.journal.backends.cassandra import statements
from apps.journal.backends.cassandra.journal import _appending, _dumped
from apps.journal.backends.cassandra.session import AT_ONCE, PROFILE
from apps.journal.handler import journal

from .report import Row
from .timing import Cost, compare

_MANY = 100
_MOST = 1.3


def rows() -> Iterator[Row]:
    """Measure appends of one and of many activities, and one with an idempotency key; the floor waits for nothing in between."""
    store: Any = journal()
    store.append(_follows(1))  # So that the bucket is known.
    driver = _Driver(session_of(store.database))
    costs = compare(
        {
            "one": lambda: store.append(_follows(1)),
            "one by the driver": lambda: driver.append(_follows(1)),
            "many": lambda: store.append(_follows(_MANY)),
            "many by the driver": lambda: driver.append(_follows(_MANY)),
            "keyed": lambda: _keyed(store.append, partial(_claim, store)),
            "keyed by the driver": lambda: _keyed(driver.append, driver.claim),
        }
    )
    for name, what in (
        ("one", "an append"),
        ("many", f"{_MANY} activities appended together"),
        ("keyed", "an append with an idempotency key"),
    ):
        yield from _ratios(f"{what} ÷ the same statements by the driver", costs[name], costs[f"{name} by the driver"])


def _ratios(what: str, ours: Cost, floor: Cost) -> Iterator[Row]:
    yield Row(f"{what} (wall)", ours.wall, floor.wall, "µs", most=_MOST)
    yield Row(f"{what} (CPU, of Cassandra too)", ours.cpu, floor.cpu, "µs", most=_MOST)


class _Driver:
    """The statements of an append, by the driver."""

    def __init__(self, session: Any) -> None:
        self.session = session
        names = ("APPEND", "INDEX", "ADD_MONTH", "CLAIM")
        self.prepared = {name: session.prepare(statements.text(name, "cassandra")) for name in names}

    def append(self, activities: Sequence[Activity]) -> None:
        bound = [(self.prepared[name], args) for name, args in _appending(activities)]
        execute_concurrent(self.session, bound, concurrency=AT_ONCE, execution_profile=PROFILE)

    def claim(self, key: str, activity: Activity) -> None:
        args = (activity.actor_id.bytes, key, "a", activity.id.bytes, _dumped(activity))
        self.session.execute(self.prepared["CLAIM"], args, execution_profile=PROFILE)


def _keyed(append: Callable[[Sequence[Activity]], None], claim: Callable[[str, Activity], object]) -> None:
    (activity,) = _follows(1)
    claim(activity.id.hex, activity)
    append([activity])


def _claim(store: Any, key: str, activity: Activity) -> None:
    store.claim(actor_id=activity.actor_id, key=key, digest="a", activity=activity)


def _follows(count: int) -> list[Activity]:
    now = clock()
    return [
        Activity(ids.mint(now=now), ids.mint(now=now), Verb.FOLLOW, ids.mint(now=now), {"v": 1, "approved": True})
        for _ in range(count)
    ]
