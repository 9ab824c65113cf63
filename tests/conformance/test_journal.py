"""What every journal promises. The next backend only adds a parameter to ``BACKENDS``."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from apps.core import ids
from apps.journal.activities import Activity, Tombstone
from apps.journal.backends.base import BaseJournal

BACKENDS = ["apps.journal.backends.orm.Journal"]
if "cassandra" in settings.DATABASES:
    BACKENDS.append("apps.journal.backends.cassandra.Journal")
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(params=BACKENDS)
def journal(request: pytest.FixtureRequest) -> BaseJournal:
    return import_string(request.param)()


@pytest.fixture
def forgetting(journal: BaseJournal) -> BaseJournal:
    if journal.expires_by_itself:
        pytest.skip("its claims and marks go by themselves, which a test of its own shows")
    return journal


def act(seconds: float, *, actor: UUID | None = None, verb: str = "Create", **payload: object) -> Activity:
    id = ids.mint(now=NOW + timedelta(seconds=seconds))
    return Activity(id, actor or ids.mint(now=NOW), verb, ids.mint(now=NOW), {"v": 1, **payload})


def test_an_appended_activity_comes_back_as_it_was(journal):
    activity = act(0, text='Ünïcode, "quotes", $gt, \u202e and 🐈', nested={"$set": {"a.b": [1, None, True]}})
    journal.append([activity])
    assert journal.get([activity.id]) == [activity]


def test_appending_again_changes_nothing_and_still_takes_the_new_ones(journal):
    old, new = act(0, text="old"), act(1)
    journal.append([old])
    journal.append([old, new])
    assert sorted(a.id for a in journal.get([old.id, new.id])) == [old.id, new.id]


def test_by_actor_is_newest_first_and_pages_by_id(journal):
    actor = ids.mint(now=NOW)
    mine = [act(second, actor=actor) for second in range(5)]
    journal.append([*mine, act(9)])
    assert journal.by_actor(actor, limit=2) == [mine[4], mine[3]]
    assert journal.by_actor(actor, before=mine[3].id) == [mine[2], mine[1], mine[0]]
    assert journal.by_actor(actor, since=NOW + timedelta(seconds=3)) == [mine[4], mine[3]]
    assert journal.by_actor(actor, since=NOW + timedelta(seconds=1), before=mine[3].id) == [mine[2], mine[1]]
    assert journal.by_actor(actor, since=NOW + timedelta(seconds=5)) == []
    assert journal.newest_of(actor) == mine[4].id
    assert journal.newest_of(ids.mint(now=NOW)) is None


def test_by_object_finds_what_an_actor_did_to_it_and_the_default_agrees(journal):
    actor, thing = ids.mint(now=NOW), ids.mint(now=NOW)
    hits = [Activity(ids.mint(now=NOW), actor, verb, thing, {}) for verb in ("Create", "Update")]
    journal.append([*hits, act(3, actor=actor), Activity(ids.mint(now=NOW), ids.mint(now=NOW), "Like", thing, {})])
    expected = {a.id for a in hits}
    assert {a.id for a in journal.by_object(actor_id=actor, object_id=thing)} == expected
    assert {a.id for a in BaseJournal.by_object(journal, actor_id=actor, object_id=thing)} == expected


def test_scan_yields_all_that_stood_before_once_and_resumes_anywhere(journal):
    stored = [act(second) for second in range(25)]
    journal.append(stored)
    positions = list(journal.scan())
    assert sorted(a.id for _, a in positions) == [a.id for a in stored]
    for at in (0, 7, 24):
        rest = [a.id for _, a in journal.scan(positions[at][0])]
        assert rest == [a.id for _, a in positions[at + 1 :]]


def test_scan_holds_what_stood_before_while_more_is_appended(journal):
    stored = [act(second) for second in range(10)]
    journal.append(stored)
    seen = []
    for _, activity in journal.scan():
        seen.append(activity.id)
        if len(seen) <= 10:
            journal.append([act(100 + len(seen)), act(-100 - len(seen))])
    assert {a.id for a in stored} <= set(seen)
    assert len(seen) == len(set(seen))


def test_recent_holds_everything_since_a_moment(journal):
    old, at, new = act(-60), act(0), act(60)
    journal.append([new, old, at])
    assert {a.id for a in journal.recent(NOW)} == {at.id, new.id}


def test_a_claim_that_exists_returns_its_activity(journal):
    actor = ids.mint(now=NOW)
    first, second = act(0, actor=actor, text="a"), act(1, actor=actor, text="b")
    assert journal.claim(actor_id=actor, key="k", digest="d1", activity=first) == ("d1", first)
    assert journal.claim(actor_id=actor, key="k", digest="d2", activity=second) == ("d1", first)
    assert journal.claim(actor_id=ids.mint(now=NOW), key="k", digest="d2", activity=second) == ("d2", second)


def test_what_holds_a_claim_is_found_without_claiming(journal):
    first = act(0)
    assert journal.claimed(actor_id=first.actor_id, key="k") is None
    journal.claim(actor_id=first.actor_id, key="k", digest="d", activity=first)
    assert journal.claimed(actor_id=first.actor_id, key="k") == ("d", first)
    assert journal.claimed(actor_id=act(1).actor_id, key="k") is None


def test_claims_are_forgotten_after_their_time(forgetting, journal):
    first, second = act(0), act(1)
    journal.claim(actor_id=first.actor_id, key="k", digest="d", activity=first)
    journal.forget_claims(before=NOW + timedelta(seconds=1))
    assert journal.claim(actor_id=first.actor_id, key="k", digest="e", activity=second) == ("e", second)


def test_marks_say_what_is_done(journal):
    old, new = act(0), act(60)
    journal.mark([(old.id, "row"), (old.id, "count"), (new.id, "row")])
    journal.mark([(old.id, "row")])
    assert journal.marks([old.id, new.id, act(5).id]) == {old.id: {"row", "count"}, new.id: {"row"}}


def test_marks_are_forgotten_after_their_time(forgetting, journal):
    old, new = act(0), act(60)
    journal.mark([(old.id, "row"), (new.id, "row")])
    journal.forget_marks(before=NOW + timedelta(seconds=30))
    assert journal.marks([old.id, new.id]) == {new.id: {"row"}}


def test_failures_are_counted_until_the_stage_is_done(journal):
    activity = act(0)
    assert [journal.failed(activity.id, "count", f"no {n}") for n in (1, 2)] == [1, 2]
    assert journal.failures() == {(activity.id, "count"): (2, "no 2")}
    journal.mark([(activity.id, "count")])
    assert journal.failures() == {}


def test_what_failed_and_was_then_done_does_not_fail_again_when_its_mark_is_forgotten(journal):
    done, half_done, new = act(0), act(1), act(60)
    for activity, stage in ((done, "count"), (half_done, "count"), (half_done, "fanout"), (new, "count")):
        journal.failed(activity.id, stage, "no")
    journal.mark([(done.id, "count"), (half_done.id, "fanout"), (new.id, "count")])
    journal.forget_marks(before=NOW + timedelta(seconds=30))
    assert journal.failures() == {(half_done.id, "count"): (1, "no")}
    assert journal.failed(done.id, "count", "no") == 1, "it begins anew"
    assert journal.failed(half_done.id, "count", "still no") == 2


def test_emptying_leaves_ids_verbs_and_thread_and_nothing_that_was_typed(journal):
    activity = act(0, type="Note", text="secret", tags=["secret"], thread="ab", parent="cd", lang="en")
    journal.append([activity])
    journal.empty([activity.id])
    journal.empty([activity.id])
    (left,) = journal.get([activity.id])
    assert dict(left.payload) == {"v": 1, "type": "Note", "thread": "ab", "parent": "cd", "emptied": True}
    assert (left.id, left.actor_id, left.verb, left.object_id) == (
        activity.id,
        activity.actor_id,
        activity.verb,
        activity.object_id,
    )


def test_emptying_reaches_the_claim_as_well(journal):
    activity = act(0, type="Note", text="secret")
    journal.append([activity])
    journal.claim(actor_id=activity.actor_id, key="k", digest="d", activity=activity)
    journal.empty([activity.id])
    _, held = journal.claim(actor_id=activity.actor_id, key="k", digest="d", activity=activity)
    assert "secret" not in str(held.payload)


def test_erasing_removes_an_actor_and_leaves_one_tombstone(journal):
    gone, stays = act(0), act(1)
    journal.append([gone, stays])
    journal.claim(actor_id=gone.actor_id, key="k", digest="d", activity=gone)
    tombstone = Tombstone(gone.actor_id, ids.mint(now=NOW))
    journal.remove_actor(tombstone)
    journal.remove_actor(tombstone)
    assert [a for _, a in journal.scan()] == [stays]
    assert journal.tombstones() == {gone.actor_id: tombstone}
    assert journal.tombstones([stays.actor_id]) == {}
    assert journal.claim(actor_id=gone.actor_id, key="k", digest="e", activity=stays) == ("e", stays)


def test_erasing_once_more_removes_what_was_under_way(journal):
    before, stays = act(0), act(1)
    journal.append([before, stays])
    tombstone = Tombstone(before.actor_id, ids.mint(now=NOW))
    journal.remove_actor(tombstone)
    journal.append([act((datetime.now(UTC) - NOW).total_seconds() + 30, actor=before.actor_id)])
    journal.remove_actor(tombstone)
    assert [a for _, a in journal.scan()] == [stays]


def test_what_is_removed_is_gone_and_nothing_else(journal):
    gone, stays = act(0), act(1)
    journal.append([gone, stays])
    journal.remove([gone])
    assert journal.get([gone.id, stays.id]) == [stays]
    assert [a for _, a in journal.scan()] == [stays]


def test_the_watermark_only_rises(journal):
    assert journal.watermark() is None
    journal.set_watermark(NOW)
    journal.set_watermark(NOW - timedelta(hours=1))
    assert journal.watermark() == NOW


def test_the_clock_is_the_stores(journal):
    assert abs(journal.clock() - datetime.now(UTC)) < timedelta(seconds=5)


def test_making_a_journal_does_not_connect(journal, django_assert_num_queries):
    with django_assert_num_queries(0):
        type(journal)()


@pytest.mark.django_db(transaction=True)
def test_of_many_claims_at_once_one_holds(journal):
    actor, held, barrier = ids.mint(now=NOW), [], threading.Barrier(4)

    def claim(n: int) -> None:
        barrier.wait()
        held.append(journal.claim(actor_id=actor, key="k", digest=str(n), activity=act(n, actor=actor)))
        connection.close()

    threads = [threading.Thread(target=claim, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == 4
    assert len({digest for digest, _ in held}) == 1
    assert len({activity.id for _, activity in held}) == 1
