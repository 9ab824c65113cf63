"""A pair of people: any order and repetition of activities gives the same row."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from apps.core import ids
from apps.core.folds import apply, blank, folded
from apps.graph.models import Pair
from apps.graph.projectors import pair_key
from apps.journal import projection
from apps.journal.activities import Activity, Verb

pytestmark = pytest.mark.database

NOW = datetime(2026, 1, 1, tzinfo=UTC)
A, B = UUID(int=1), UUID(int=2)
KINDS = [
    (Verb.FOLLOW, {"approved": True}),
    (Verb.FOLLOW, {"approved": False}),
    (Verb.ACCEPT, {}),
    (Verb.REJECT, {}),
    (Verb.BLOCK, {}),
    (Verb.MUTE, {"until": None}),
    (Verb.MUTE, {"until": (NOW + timedelta(hours=1)).isoformat()}),
    (Verb.UNDO, {"of": "Follow"}),
    (Verb.UNDO, {"of": "Block"}),
    (Verb.UNDO, {"of": "Mute"}),
]


def history(steps: list[tuple[int, bool]]) -> list[Activity]:
    """Return activities one tick apart; an Accept names the newest Follow that the other made before it."""
    made: list[Activity] = []
    for at, (kind, by_low) in enumerate(steps):
        verb, payload = KINDS[kind]
        actor, other = (A, B) if by_low else (B, A)
        id = ids.at_tick(ids.tick_at(NOW) + at, random=at)
        if verb == Verb.ACCEPT:
            follows = [a.id for a in made if a.verb == Verb.FOLLOW and a.actor_id == other]
            if not follows:
                continue
            payload = {"follow": follows[-1].hex}
        made.append(Activity(id, actor, verb, other, {"v": 1, **payload}))
    return made


def row_of(activities: list[Activity]) -> dict[str, object]:
    row = blank(Pair)
    for activity in activities:
        for fold in projection.row_folds(activity):
            row = folded(fold, row)
    return row


steps = st.lists(st.tuples(st.integers(0, len(KINDS) - 1), st.booleans()), max_size=8)


@given(steps, st.randoms(use_true_random=False))
def test_any_order_and_repetition_gives_the_same_row(steps, random):
    activities = history(steps)
    shuffled = activities + random.choices(activities, k=3) if activities else []
    random.shuffle(shuffled)
    assert row_of(shuffled) == row_of(activities)


@given(steps)
def test_the_state_is_what_a_plain_reading_of_the_history_says(steps):
    following, requested, blocked, muted = {A: False, B: False}, {A: False, B: False}, set(), set()
    for activity in history(steps):
        me, other = activity.actor_id, activity.object_id
        match activity.verb, activity.payload.get("of"):
            case Verb.FOLLOW, _ if not blocked:
                following[me] = following[me] or activity.payload["approved"]
                requested[me] = not following[me]
            case Verb.ACCEPT, _ if requested[other]:
                following[other], requested[other] = True, False
            case (Verb.REJECT, _):
                following[other] = requested[other] = False
            case (Verb.BLOCK, _):
                blocked.add(me)
            case (Verb.UNDO, "Block"):
                blocked.discard(me)
            case (Verb.UNDO, "Follow"):
                following[me] = requested[me] = False
            case (Verb.MUTE, _):
                muted.add(me)
            case (Verb.UNDO, "Mute"):
                muted.discard(me)
        if activity.verb == Verb.BLOCK or activity.payload.get("of") == "Block":
            following, requested = {A: False, B: False}, {A: False, B: False}
    row = row_of(history(steps))
    assert (row["a_following"], row["b_following"]) == (following[A], following[B])
    assert (row["a_requested"], row["b_requested"]) == (requested[A], requested[B])
    assert (row["a_blocked"], row["b_blocked"]) == (A in blocked, B in blocked)
    assert (row["a_muted"], row["b_muted"]) == (A in muted, B in muted)


@pytest.mark.django_db
def test_the_database_folds_as_python_does():
    steps = [(1, True), (2, False), (0, False), (4, True), (8, True), (0, True), (5, True), (6, True), (9, True)]
    activities = history(steps)
    for order in (activities, activities[::-1], activities[::2] + activities[1::2] + activities[:3]):
        Pair.objects.all().delete()
        for activity in order:
            for fold in projection.row_folds(activity):
                apply(fold)
        stored = Pair.objects.values().get(pk=pair_key(A, B))
        assert {name: stored[name] for name in blank(Pair)} == row_of(activities)


def test_an_accept_before_its_follow_counts():
    follow, accept = history([(1, True), (2, False)])
    assert row_of([accept, follow])["a_following"] is True


def test_nobody_follows_themself():
    assert list(projection.row_folds(Activity(ids.mint(now=NOW), A, Verb.FOLLOW, A, {"approved": True}))) == []


def test_every_order_of_follow_undo_block_unblock_agrees():
    activities = history([(0, True), (7, True), (4, False), (8, False), (0, True)])
    assert len({str(sorted(row_of(list(order)).items(), key=str)) for order in permutations(activities)}) == 1


@pytest.mark.django_db(transaction=True)
def test_two_threads_lose_no_fold():
    activities = history([(0, True), (7, True)] * 50)

    def fold(mine: list[Activity]) -> None:
        for activity in mine:
            for row in projection.row_folds(activity):
                apply(row)
        connection.close()

    threads = [threading.Thread(target=fold, args=(activities[n::2],)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = Pair.objects.get()
    assert (stored.a_follow, stored.a_undo) == (activities[-2].id, activities[-1].id)
    assert stored.a_following is False
