"""What the driver knows of the primary, and that nobody waits for one that can't be elected."""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError

from apps.core.away import is_away
from project.mongodb import primary
from project.mongodb.primary import PrimaryWatch


def told(watch: PrimaryWatch, *states: bool) -> PrimaryWatch:
    """Tell ``watch`` of one description of the set after the other: with a primary or without."""

    def described(has: bool) -> Any:
        return SimpleNamespace(has_writable_server=lambda: has)

    for before, after in pairwise(states):
        watch.description_changed(
            SimpleNamespace(previous_description=described(before), new_description=described(after))
        )
    return watch


def test_before_the_first_server_is_found_nothing_is_lost():
    watch = PrimaryWatch()
    watch.opened(SimpleNamespace())
    assert not told(watch, False, False).is_lost
    assert not told(watch, False, True).is_lost


def test_a_client_that_is_made_while_there_is_no_primary_knows_soon(monkeypatch):
    now = 100.0
    monkeypatch.setattr(primary, "time", SimpleNamespace(monotonic=lambda: now))
    watch = PrimaryWatch()
    watch.opened(SimpleNamespace())
    told(watch, False, False)
    now += primary.FIRST_SECONDS + 0.1
    assert (watch.is_lost, watch.is_given_up) == (True, False)
    now += primary.ELECTION_SECONDS
    assert watch.is_given_up
    assert not told(watch, False, True).is_lost


def test_a_primary_is_lost_until_there_is_another():
    assert told(PrimaryWatch(), False, True, False).is_lost
    assert told(PrimaryWatch(), False, True, False, False).is_lost
    assert not told(PrimaryWatch(), False, True, False, True).is_lost


def test_it_is_given_up_when_an_election_would_be_over(monkeypatch):
    now = 100.0
    monkeypatch.setattr(primary, "time", SimpleNamespace(monotonic=lambda: now))
    watch = told(PrimaryWatch(), True, False)
    now += primary.ELECTION_SECONDS - 1
    assert not watch.is_given_up
    now += 2
    assert watch.is_given_up


def test_while_it_is_given_up_nothing_is_asked(engine):
    engine.get_collection("rows").find_one({"_id": 1})
    watch = engine.watches[engine.alias]
    assert not engine.ops.is_away()
    watch._lost_at = -primary.ELECTION_SECONDS
    try:
        assert engine.ops.is_away()
        assert is_away(engine.alias)
        with pytest.raises(OperationalError, match="no primary"):
            engine.get_collection("rows")
    finally:
        watch._lost_at = None
    assert not is_away(engine.alias)


def test_who_asks_while_it_comes_back_gets_an_answer():
    """The driver's thread may find one between two looks at since when there was none."""

    class Late(PrimaryWatch):
        looked = 0

        @property
        def _lost_at(self):
            self.looked += 1
            return 0.0 if self.looked == 1 else None

        @_lost_at.setter
        def _lost_at(self, value):
            pass

    assert Late().is_lost
