"""Accepting, and what happens when something dies half-way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import OperationalError

from apps.core import ids
from apps.journal import clock, services, sweeper
from apps.journal.activities import Activity
from apps.journal.backends.base import Unanswered
from apps.journal.backends.orm.models import WatermarkRow
from apps.journal.exceptions import ClockIsOff, JournalUnavailable, KeyReused, ReadOnly
from apps.journal.handler import journal

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.clusters]
NOW = datetime.now(UTC)
ACTOR = ids.mint(now=NOW)


def like(
    thing: UUID | None = None, *, actor: UUID = ACTOR, now: datetime = NOW, note: str = "", **kwargs: object
) -> Activity:
    def build(id: UUID) -> Activity:
        return Activity(id, actor, "Like", thing or ids.mint(now=NOW), {"v": 1, "note": note})

    return services.accept(actor_id=actor, build=build, now=now, **kwargs)


def test_an_accepted_activity_is_in_the_journal_its_row_is_written_and_every_stage_is_marked(world):
    activity = like()
    assert journal().get([activity.id]) == [activity]
    assert WatermarkRow.objects.get(pk=activity.object_id).moment == activity.id
    assert world.seen == [(name, activity.id) for name in ("row", "own", "count", "fanout")]
    assert journal().marks([activity.id]) == {activity.id: {"row", "own", "count", "fanout"}}


def test_an_id_comes_after_the_actors_newest_and_after_every_changed_row(world):
    ahead = like(now=NOW + timedelta(seconds=30))
    row = ids.mint(now=NOW + timedelta(seconds=60))
    assert ids.tick_of(like().id) == ids.tick_of(ahead.id) + 1
    assert ids.tick_of(like(after=[row]).id) == ids.tick_of(row) + 1


def test_the_same_key_and_body_return_the_same_activity_and_nothing_is_done_twice(world):
    first = like(key="k", body={"text": "a"})
    again = like(key="k", body={"text": "a"}, note="decided anew")
    assert again == first
    assert len(list(journal().scan())) == 1


def test_the_same_key_with_another_body_is_refused(world):
    like(key="k", body={"text": "a"})
    with pytest.raises(KeyReused, match="'k'") as refused:
        like(key="k", body={"text": "b"})
    assert refused.value.status == 422
    assert len(list(journal().scan())) == 1


def test_keys_belong_to_one_actor(world):
    other = ids.mint(now=NOW)
    assert like(key="k", body="a").actor_id == ACTOR
    assert like(key="k", body="b", actor=other).actor_id == other


def test_a_retry_after_the_claim_but_before_the_append_appends_what_was_decided_first(world, monkeypatch):
    def fail(_: object) -> None:
        raise OperationalError("gone away")

    with monkeypatch.context() as patch:
        patch.setattr(journal(), "append", fail)
        with pytest.raises(JournalUnavailable, match="sending twice posts once"):
            like(key="k", body="a", note="first")
    taken = like(key="k", body="a", note="second")
    assert taken.payload["note"] == "first"
    assert journal().get([taken.id]) == [taken]


def test_a_failing_job_never_fails_the_request_and_the_sweeper_repeats_it(world):
    world.broken = {"count", "own"}
    activity = like()
    assert journal().marks([activity.id]) == {activity.id: {"row", "fanout"}}
    world.broken = set()
    later = NOW + timedelta(seconds=30)
    assert sweeper.sweep(now=later).missing == 2
    assert sweeper.sweep(now=later).missing == 0
    assert journal().marks([activity.id]) == {activity.id: {"row", "own", "count", "fanout"}}


def test_a_process_that_died_after_the_append_is_made_good_at_once_at_start(world):
    activity = Activity(ids.mint(now=NOW), ACTOR, "Like", ids.mint(now=NOW), {"v": 1})
    journal().append([activity])
    sweeper.sweep(now=NOW, patience=timedelta(0))
    assert WatermarkRow.objects.get(pk=activity.object_id).moment == activity.id


def test_the_sweeper_leaves_alone_for_three_seconds_what_a_process_may_still_be_doing(world):
    journal().append([Activity(ids.mint(now=NOW), ACTOR, "Like", ids.mint(now=NOW), {"v": 1})])
    assert sweeper.sweep(now=NOW + timedelta(seconds=2)).missing == 0
    assert sweeper.sweep(now=NOW + timedelta(seconds=4)).missing == 4


def test_a_failure_that_can_not_be_noted_keeps_nothing_else_from_being_marked(world, monkeypatch):
    world.broken = {"count"}
    monkeypatch.setattr(journal(), "failed", lambda *_: (_ for _ in ()).throw(OperationalError("timed out")))
    activity = like()
    assert journal().marks([activity.id]) == {activity.id: {"row", "own", "fanout"}}


def test_a_stage_that_always_fails_is_set_aside_and_others_go_on(world, settings):
    settings.JOURNAL_ATTEMPTS = 3
    world.broken = {"count"}
    bad = like()
    for round in range(1, 6):
        last = sweeper.sweep(now=NOW + timedelta(seconds=10 * round))
    assert (last.missing, last.set_aside) == (0, 1)
    assert journal().failures()[bad.id, "count"][0] == 3
    world.broken = set()
    assert journal().marks([like().id])


def test_the_watermark_stays_ten_minutes_behind_and_never_passes_what_is_pending(world, settings):
    settings.JOURNAL_ATTEMPTS = 100
    world.broken = {"count"}
    pending = like()
    sweeper.sweep(now=NOW + timedelta(hours=1))
    assert journal().watermark() <= pending.moment
    world.broken = set()
    sweeper.sweep(now=NOW + timedelta(hours=1))
    sweeper.sweep(now=NOW + timedelta(hours=1))
    assert journal().watermark() == NOW + timedelta(hours=1) - sweeper.BEHIND


def test_a_verb_or_version_that_this_process_does_not_know_stays_unmarked(world):
    strange = [
        Activity(ids.mint(now=NOW), ACTOR, "Dance", ids.mint(now=NOW), {"v": 1}),
        Activity(ids.mint(now=NOW), ACTOR, "Like", ids.mint(now=NOW), {"v": 2}),
    ]
    journal().append(strange)
    sweeper.sweep(now=NOW + timedelta(hours=1))
    assert journal().marks([a.id for a in strange]) == {}
    assert journal().watermark() <= NOW
    assert list(services.take_many(strange, now=NOW + timedelta(hours=1))) == [2], "as a restored back-up is"
    assert journal().marks([a.id for a in strange]) == {}


def test_a_site_that_is_read_only_takes_nothing(world, settings):
    settings.READ_ONLY = True
    with pytest.raises(ReadOnly):
        like()
    assert list(journal().scan()) == []


def test_a_clock_that_is_off_by_more_than_a_second_takes_no_writes(world, monkeypatch):
    monkeypatch.setattr(journal(), "clock", lambda: datetime.now(UTC) + timedelta(seconds=1.5))
    with pytest.raises(ClockIsOff, match=r"-1\.5 s"):
        like()
    monkeypatch.setattr(clock, "_measured", None)
    monkeypatch.setattr(journal(), "clock", lambda: datetime.now(UTC) + timedelta(milliseconds=900))
    assert like()


def test_by_the_clock_of_one_node_that_is_off_nobody_is_judged(world, monkeypatch):
    off = iter([2.0, 0.0, 0.0])
    monkeypatch.setattr(clock, "_measured", None)
    monkeypatch.setattr(journal(), "clock", lambda: datetime.now(UTC) + timedelta(seconds=next(off)))
    assert like()
    assert list(off) == []


def test_an_erased_person_is_not_brought_back_by_a_late_job_or_a_retry(world):
    other = ids.mint(now=NOW)
    done_to = like(ACTOR, actor=other)
    mine = like(key="k", body="a")
    services.erase(actor_id=ACTOR, now=NOW)
    services.carry_out_all([mine, done_to], now=NOW)
    assert not WatermarkRow.objects.filter(pk=ACTOR).exists()
    journal().append([mine])  # A server that was cut off during the erasure.
    sweeper.sweep(now=NOW + timedelta(minutes=1))
    assert journal().get([mine.id]) == []
    late = replace(mine, id=ids.mint(now=NOW + timedelta(seconds=50)))  # One that still knew them.
    journal().append([late])
    sweeper.tidy(now=NOW + timedelta(minutes=11))
    assert not WatermarkRow.objects.filter(pk=ACTOR).exists()
    assert [activity for _, activity in journal().scan() if activity.actor_id == ACTOR] == []


def test_many_taken_at_once_are_projected_marked_and_may_come_again(world):
    activities = [Activity(ids.mint(now=NOW), ACTOR, "Like", ids.mint(now=NOW), {"v": 1}) for _ in range(7)]
    assert list(services.accept_many(activities, now=NOW)) == [7]
    assert list(services.accept_many(activities, now=NOW)) == [7]
    assert WatermarkRow.objects.count() == 7
    assert all(journal().marks([a.id])[a.id] == {"row", "own", "count", "fanout"} for a in activities)


def test_of_many_at_once_only_those_that_fail_stay_pending(world, monkeypatch):
    activities = [Activity(ids.mint(now=NOW), ACTOR, "Like", ids.mint(now=NOW), {"v": 1}) for _ in range(5)]
    bad = activities[2].id
    real = world.run

    def run(name, activity):
        if (name, activity.id) == ("count", bad):
            raise RuntimeError("this one is broken")
        real(name, activity)

    monkeypatch.setattr(world, "run", run)
    assert list(services.accept_many(activities, now=NOW)) == [5]
    marks = journal().marks([a.id for a in activities])
    assert {id for id, names in marks.items() if "count" in names} == {a.id for a in activities} - {bad}
    assert all({"row", "own", "fanout"} <= names for names in marks.values())
    assert {pair: why for pair, (_, why) in journal().failures().items()} == {
        (bad, "count"): "RuntimeError: this one is broken"
    }


@pytest.mark.parametrize(("is_away", "failures"), [(True, 0), (False, 1)])
def test_a_database_that_is_away_is_no_failure_of_what_waits_for_it(world, monkeypatch, is_away, failures):
    activity = Activity(ids.mint(now=NOW), ACTOR, "Like", ids.mint(now=NOW), {"v": 1})
    journal().append([activity])

    def run(*args: object, **more: object) -> None:
        raise OperationalError("it does not answer")

    monkeypatch.setattr("apps.journal.projection.run_stage", run)
    monkeypatch.setattr(services, "_takes_no_writes", lambda: is_away)
    assert services.attempt("count", [activity], now=NOW) == []
    assert len(journal().failures()) == failures


@pytest.mark.parametrize(("is_away", "failures"), [(True, 0), (False, 1)])
def test_a_journal_that_does_not_answer_is_no_failure_of_what_asks_it(world, monkeypatch, is_away, failures):
    activity = Activity(ids.mint(now=NOW), ACTOR, "Like", ids.mint(now=NOW), {"v": 1})
    journal().append([activity])

    def ask(*args: object, **more: object) -> None:
        raise Unanswered("too few nodes")

    monkeypatch.setattr("apps.journal.projection.run_stage", ask)
    if is_away:
        monkeypatch.setattr(journal(), "watermark", ask)
    assert services.attempt("count", [activity], now=NOW) == []
    assert len(journal().failures()) == failures


def test_a_database_that_takes_writes_is_not_taken_for_away(world):
    assert services._takes_no_writes() is False
