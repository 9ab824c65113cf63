"""An app that does harm in a server of a test's own, as its environment says.

``HALT_BEFORE=stage HALTED=file``: it stands still before that stage of a post, and makes the file, so that it can be
killed there. (Other activities go through all the time, as when what a store may have lost is delivered again.)
``RAISE_IN=stage``: that stage always raises, for a post whose text holds "poison".
``CLOCK_OFF=-0.9``: its clock is so many seconds ahead.
``JOURNAL_AGE=3``: it writes to Cassandra at the times of the test that it belongs to (``tests.cassandra``).
Always: how often somebody posts is limited for those only whose browser is LIMITED: to ask who they are would need MongoDB,
without which a post has to be taken.
"""

import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from django.apps import AppConfig

POISON, LIMITED = "poison", "flooder"


class Harming(AppConfig):
    name = "tests.faults.harming"
    label = "harming"

    def ready(self) -> None:
        if stage := os.environ.get("HALT_BEFORE"):
            _before(stage, lambda activities: _halt(activities, Path(os.environ["HALTED"])))
        if stage := os.environ.get("RAISE_IN"):
            _before(stage, _raise)
        if off := os.environ.get("CLOCK_OFF"):
            _shift(timedelta(seconds=float(off)))
        if age := os.environ.get("JOURNAL_AGE"):
            from tests.cassandra import write_later

            write_later(int(age))
        _limit_only(LIMITED)


def _before(stage: str, harm: Callable[[Sequence[Any]], None]) -> None:
    from apps.journal import projection

    run_stage = projection.run_stage

    def harmed(name: str, activities: Sequence[Any], **more: Any) -> None:
        if name == stage:
            harm(activities)
        run_stage(name, activities, **more)

    projection.run_stage = harmed


def _halt(activities: Sequence[Any], halted: Path) -> None:
    if any("text" in activity.payload for activity in activities):
        halted.touch()
        threading.Event().wait()


def _raise(activities: Sequence[Any]) -> None:
    if any(POISON in activity.payload.get("text", "") for activity in activities):
        raise RuntimeError("a poisoned post")


def _limit_only(agent: str) -> None:
    from apps.accounts import limits

    check = limits.check_person

    def checked(request: Any, kind: str, person_id: Any) -> None:
        if request.headers.get("User-Agent") == agent:
            check(request, kind, person_id)

    limits.check_person = checked


def _shift(off: timedelta) -> None:
    """Set the clock of this process: what views ask, and what measures it against the journal's."""
    from django.utils import timezone

    from apps.journal import clock

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + off

    timezone.now = lambda: datetime.now(UTC) + off
    clock.datetime = Shifted
