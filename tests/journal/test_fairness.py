"""What is new does not wait behind what is old: jobs run at once, and the sweeper takes what is young first."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from apps.core import ids
from apps.journal import services, sweeper
from apps.journal.activities import Activity
from apps.journal.handler import journal

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
STAGES = {"row", "own", "count", "fanout"}


def put(ago: timedelta) -> UUID:
    """Put an activity into the journal whose jobs were never run."""
    id = ids.mint(now=NOW - ago)
    journal().append([Activity(id, ids.mint(now=NOW), "Like", ids.mint(now=NOW), {"v": 1})])
    return id


def backlog(many: int, ago: timedelta) -> list[UUID]:
    return [put(ago - timedelta(milliseconds=n)) for n in range(many)]


def sweep(clock: Callable[[], datetime] = lambda: NOW) -> sweeper.Sweep:
    return sweeper.sweep_in_turn(clock=clock, leads=lambda: True)


def delivered(world) -> list[UUID]:
    return [id for name, id in world.seen if name == "fanout"]


def test_the_job_of_a_new_post_runs_while_hundreds_are_pending(world):
    backlog(300, timedelta(minutes=5))
    new = put(timedelta(0))
    services.carry_out(activity_id=new, now=NOW)
    assert delivered(world) == [new]


@pytest.mark.parametrize("old", [timedelta(minutes=5), timedelta(seconds=40)])
def test_a_post_whose_job_did_not_run_goes_before_hundreds_that_are_older(world, old):
    older = backlog(300, old)
    new = put(timedelta(seconds=4))
    sweep()
    assert new in delivered(world)[: sweeper._AT_ONCE]
    assert sorted(delivered(world)) == sorted([*older, new])


def test_of_what_is_young_the_newest_goes_first(world):
    young = [put(timedelta(seconds=ago)) for ago in (40, 20, 4)]
    sweep()
    assert delivered(world) == young[::-1]


def test_what_is_accepted_while_a_long_round_lasts_does_not_wait_for_its_end(world):
    """Each batch takes a second here; so what comes in the second one has settled three later."""
    older, arrived = backlog(12 * sweeper._AT_ONCE, timedelta(minutes=5)), list[UUID]()

    def clock() -> datetime:
        now = NOW + timedelta(seconds=len(delivered(world)) // sweeper._AT_ONCE)
        if not arrived and now > NOW:
            arrived.append(put(NOW - now))
        return now

    found = sweep(clock)
    waited = delivered(world).index(arrived[0]) / sweeper._AT_ONCE
    bound = (sweeper.PATIENCE + sweeper.MEANWHILE).total_seconds() + 2
    assert waited <= bound < 12
    assert sorted(delivered(world)) == sorted([*older, *arrived]), "each once"
    assert found.missing == len(STAGES) * 1201
    assert sweep(lambda: NOW + timedelta(minutes=1)).missing == 0


def test_what_is_still_being_accepted_is_left_alone_in_a_long_round_too(world):
    backlog(12 * sweeper._AT_ONCE, timedelta(minutes=5))
    new = put(timedelta(seconds=-2))
    sweep(lambda: NOW + min(timedelta(seconds=4), timedelta(seconds=len(world.seen))))
    assert journal().marks([new]) == {}


def test_what_fails_in_between_holds_the_watermark_as_anything_does(world, settings):
    settings.JOURNAL_ATTEMPTS = 100
    world.broken.add("count")
    journal().set_watermark(NOW - timedelta(hours=1))
    (old,) = backlog(1, timedelta(minutes=20))
    put(timedelta(seconds=4))
    sweep()
    assert journal().watermark() == ids.moment_of(old)
