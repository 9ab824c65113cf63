"""What is pending is carried out by the thread of the one process, or by hand."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from apps.core import ids
from apps.journal.activities import Activity
from apps.journal.handler import journal
from apps.journal.sweeper import Sweeper, swept
from tests.waiting import wait_until

pytestmark = [pytest.mark.database, pytest.mark.clusters]

ACTOR = ids.mint(now=datetime.now(UTC))


def put(ago: timedelta = timedelta(0)) -> Activity:
    activity = Activity(ids.mint(now=datetime.now(UTC) - ago), ACTOR, "Like", ids.mint(now=datetime.now(UTC)), {"v": 1})
    journal().append([activity])
    return activity


def run(*args: str) -> str:
    out = StringIO()
    call_command("project_pending", *args, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_by_hand_everything_that_is_pending_is_done_once(world):
    put()
    assert run() == "4 stages were pending and have been tried; 0 are set aside.\n"
    # A store of timelines that may have lost something is told again by the first sweep: "own" and "fanout" may repeat.
    assert list(dict.fromkeys(name for name, _ in world.seen)) == ["row", "own", "count", "fanout"]
    assert run().startswith("0 stages")


@pytest.mark.django_db
def test_the_whole_journal_is_compared_only_when_asked(world):
    now = datetime.now(UTC)
    journal().set_watermark(now - timedelta(minutes=10))
    old = put(ago=timedelta(days=3))
    assert run().startswith("0 stages")
    assert run("--all").startswith("4 stages")
    assert journal().marks([old.id])[old.id] == {"row", "own", "count", "fanout"}


@pytest.mark.django_db
def test_what_was_set_aside_is_tried_again_only_when_asked(world, settings):
    settings.JOURNAL_ATTEMPTS = 2
    world.broken.add("count")
    put()
    for tried, aside in ((4, 0), (1, 1), (0, 1)):
        assert run() == f"{tried} stages were pending and have been tried; {aside} are set aside.\n"
    world.broken.clear()
    assert run("--all").startswith("0 stages")
    seen = len(world.seen)
    journal().set_watermark(datetime.now(UTC))
    journal().append([Activity(ids.mint(now=datetime.now(UTC) - timedelta(days=3)), ACTOR, "Like", ACTOR, {"v": 1})])
    assert run("--failed") == "1 stages were pending and have been tried; 0 are set aside.\n"
    assert len(world.seen) == seen + 1, "of what is older and no longer marked, nothing is repeated"


@pytest.mark.django_db
def test_what_fails_after_a_round_is_told_and_keeps_nothing_else_from_its_turn(world, caplog):
    def fail(**_: object) -> None:
        raise RuntimeError("a count that takes too long")

    told = []
    receivers = fail, lambda **_: told.append("tidied")
    for receiver in receivers:
        swept.connect(receiver, weak=False)
    try:
        run()
    finally:
        for receiver in receivers:
            swept.disconnect(receiver)
    assert told == ["tidied"]
    assert "a count that takes too long" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_thread_does_at_once_what_a_dead_process_left_and_outlives_a_failure(world):
    world.broken.add("count")
    left = put()
    thread = Sweeper(every=0.05)
    thread.start()
    try:
        wait_until(lambda: ("fanout", left.id) in world.seen, seconds=5, what="the fan-out that was pending")
        world.broken.clear()
        wait_until(lambda: ("count", left.id) in world.seen, seconds=5, what="the stage that had failed")
    finally:
        thread.stop()
    assert not thread.is_alive()
