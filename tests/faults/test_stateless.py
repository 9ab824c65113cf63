"""The same people on two tiers, each with several processes: where sessions are in a process, its neighbour knows nobody."""

import pytest

from deploy.bin.tier import Tier
from deploy.bin.tier.site import DEPLOY

from .conftest import PARTS, populate, site_environ
from .faults import FAULTS
from .history import READS, Did
from .rush import Rush

pytestmark = [
    pytest.mark.rush,
    pytest.mark.skipif("redis-keeps" not in PARTS, reason="of the first tier that keeps no session in a process"),
]
OPERATIONS, PEOPLE = 200, 6


def logged_out(rush: Rush) -> int:
    """Return how many of all answers were to a stranger, though whoever asked had logged in."""
    events = rush.history.events()
    pages = sum(event.page is not None and not event.is_as_oneself for event in events)
    return pages + sum(event.statuses.count(401) for event in events)


def test_two_processes_of_big_cat_forget_people_which_is_why_they_are_refused(tmp_path, record_property):
    tier = Tier.planned("big_cat", tmp_path, environ=site_environ("big_cat"))
    web = tier.parts["web-1"]
    allows_several = DEPLOY / "cheetah" / "gunicorn.conf.py"
    command = [allows_several if word == DEPLOY / "kitten" / "gunicorn.conf.py" else word for word in web.command]
    web.command = [*command, "--workers", "2", "tests.faults.unguarded:application"]
    with tier.running():
        populate(tier, people=PEOPLE)
        rush = Rush(tier, people=PEOPLE)
        rush.begin()
        for _ in range(10):  # One of the two may answer everything for a while.
            rush.crowd.act(OPERATIONS, at={})
            if logged_out(rush):
                break
    record_property(f"of {len(rush.history)} answers were to a stranger", logged_out(rush))
    assert logged_out(rush) > 0


def test_three_servers_of_cheetah_know_everybody_while_one_is_killed_and_one_restarted(rush, record_property):
    before, start = logged_out(rush), len(rush.history)
    row = rush.under(FAULTS["server"], OPERATIONS)
    record_property(f"of {row.operations} answers were to a stranger", logged_out(rush) - before)
    assert logged_out(rush) == before
    assert row.violations == ()
    unanswered = {event.did for event in rush.history.events(start) if not event.is_answered}
    assert unanswered <= {Did.POST, *READS}, "whoever tried again was answered; some posts are given up on purpose"
