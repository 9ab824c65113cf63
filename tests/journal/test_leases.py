"""One leads at a time, renews what it holds, and is followed soon after it died."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from apps.core import ids
from apps.journal import leases, sweeper, tasks
from apps.journal.handler import journal
from tests.journal.test_pending import put

pytestmark = pytest.mark.database

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ONE, TWO = ids.mint(now=NOW), ids.mint(now=NOW)
LASTS = timedelta(seconds=5)


def take(holder, after: float = 0) -> bool:
    return leases.take("sweep", holder=holder, now=NOW + timedelta(seconds=after), lasts=LASTS)


@pytest.mark.django_db
def test_a_lease_is_renewed_by_its_holder_only_and_ends_soon_after_it_died():
    assert take(ONE)
    assert not take(TWO, 1)
    assert take(ONE, 4)
    assert not take(TWO, 8)
    assert take(TWO, 9)
    assert not take(ONE, 10)


@pytest.mark.django_db
def test_only_the_holder_gives_it_back():
    assert take(ONE)
    leases.release("sweep", holder=TWO)
    assert not take(TWO, 1)
    leases.release("sweep", holder=ONE)
    assert take(TWO, 1)


@pytest.mark.django_db(transaction=True)
def test_of_those_who_take_it_at_once_one_has_it():
    for number in range(5):
        barrier, won = threading.Barrier(4), []

        def run(name=f"race {number}", barrier=barrier, won=won) -> None:
            holder = ids.mint(now=NOW)
            barrier.wait()
            if leases.take(name, holder=holder, now=NOW, lasts=LASTS):
                won.append(holder)
            connections.close_all()

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1


@pytest.mark.django_db
def test_the_sweep_of_a_leader_that_died_is_done_by_the_next_five_seconds_later(world, monkeypatch):
    left, clock = put(ago=timedelta(seconds=30)), datetime.now(UTC)
    dead = tasks._Leader("sweep")
    assert dead.leads()
    tasks.sweep()
    assert journal().marks([left.id]) == {}, "it may be alive"
    monkeypatch.setattr(tasks.timezone, "now", lambda: clock + tasks.LEASE + timedelta(seconds=1))
    tasks.sweep()
    assert journal().marks([left.id])[left.id] == {"row", "own", "count", "fanout"}
    assert tasks._Leader("sweep").leads(), "who has finished gives it back"


@pytest.mark.django_db
def test_a_leader_that_was_followed_stops_before_its_next_batch(world):
    for _ in range(2 * sweeper._AT_ONCE):
        put(ago=timedelta(seconds=30))
    turns = iter([True, False, False])
    found = sweeper.sweep_in_turn(clock=lambda: datetime.now(UTC), leads=lambda: next(turns))
    assert found.missing == 4 * sweeper._AT_ONCE
    assert sweeper.sweep_in_turn(clock=lambda: datetime.now(UTC), leads=lambda: True).missing == 4 * sweeper._AT_ONCE


@pytest.mark.django_db
def test_rounds_between_the_whole_ones_look_at_what_is_young_and_leave_no_gap(world, monkeypatch):
    now = datetime.now(UTC)
    old = put(ago=timedelta(minutes=5))
    world.broken = {"count"}
    sweeper.sweep_in_turn(clock=lambda: now, leads=lambda: True)
    world.broken = set()
    assert sweeper.sweep_in_turn(clock=lambda: now + timedelta(seconds=3), leads=lambda: True).missing == 0, (
        "left to the next whole one"
    )
    young = put()
    assert sweeper.sweep_in_turn(clock=lambda: now + timedelta(seconds=29), leads=lambda: True).missing == 4
    assert sweeper.sweep_in_turn(clock=lambda: now + timedelta(seconds=31), leads=lambda: True).missing == 1
    assert journal().marks([young.id])[young.id] == journal().marks([old.id])[old.id]


@pytest.mark.django_db
def test_two_leaders_at_once_do_no_harm(world):
    left = put(ago=timedelta(seconds=30))
    seen: list[int] = []

    def leads() -> bool:
        if not seen:
            seen.append(1)
            sweeper.sweep(now=datetime.now(UTC))
        return True

    sweeper.sweep(now=datetime.now(UTC), leads=leads)
    assert journal().marks([left.id])[left.id] == {"row", "own", "count", "fanout"}
