"""A profile: any order and repetition of activities gives the same row."""

from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Profile
from apps.core import ids
from apps.core.folds import apply, blank, folded
from apps.journal import projection
from apps.journal.activities import STAFF, Activity, Verb

from .conftest import NOW

pytestmark = pytest.mark.database

ADA, BOB = UUID(int=1), UUID(int=2)


def create(at: int, *, actor: UUID = ADA, name: str = "ada") -> Activity:
    payload = {"v": 1, "type": "Person", "username": name, "display_name": "", "locked": False}
    return Activity(id_at(at), actor, Verb.CREATE, ADA, payload)


def update(at: int, *, actor: UUID = ADA) -> Activity:
    payload = {
        "v": 1,
        "type": "Person",
        "display_name": f"Ada {at} 🐈",
        "bio": f"$bio {at} %s {{0}} 'x'",
        "links": [["home", f"https://example.org/{at}"]],
        "locked": bool(at % 2),
    }
    return Activity(id_at(at), actor, Verb.UPDATE, ADA, payload)


def staff(at: int, verb: Verb, *, actor: UUID = STAFF) -> Activity:
    return Activity(id_at(at), actor, verb, ADA, {"v": 1, "type": "Person", "by": BOB.hex})


def id_at(at: int) -> UUID:
    return ids.at_tick(ids.tick_at(NOW) + at, random=at)


def row_of(activities: list[Activity]) -> dict[str, object]:
    row = blank(Profile)
    for activity in activities:
        for fold in projection.row_folds(activity):
            if fold.model is Profile:
                row = folded(fold, row)
    return row


MAKERS = [create, update, lambda at: staff(at, Verb.SUSPEND), lambda at: staff(at, Verb.RESTORE)]
histories = st.lists(st.integers(0, len(MAKERS) - 1), max_size=7)


@given(histories, st.randoms(use_true_random=False))
def test_any_order_and_repetition_gives_the_same_profile(kinds, random):
    activities = [MAKERS[kind](at) for at, kind in enumerate(kinds)]
    shuffled = activities + random.choices(activities, k=3) if activities else []
    random.shuffle(shuffled)
    assert row_of(shuffled) == row_of(activities)


@pytest.mark.django_db
def test_the_database_folds_as_python_does():
    activities = [create(1), update(2), staff(3, Verb.SUSPEND), update(4), staff(5, Verb.RESTORE)]
    for order in list(permutations(activities))[::7]:
        Profile.objects.all().delete()
        for activity in order:
            for fold in projection.row_folds(activity):
                apply(fold)
        stored = Profile.objects.values().get(pk=ADA)
        assert {name: stored[name] for name in blank(Profile)} == row_of(activities)


def test_an_update_beats_a_create_that_comes_later():
    assert row_of([update(1), create(2)])["display_name"] == "Ada 1 🐈"


def test_of_two_creates_the_least_stands():
    assert row_of([create(2, name="eve"), create(1, name="ada")])["username"] == "ada"


def test_a_restored_person_is_suspended_no_more():
    assert row_of([staff(1, Verb.SUSPEND)])["is_suspended"] is True
    assert row_of([staff(2, Verb.RESTORE), staff(1, Verb.SUSPEND)])["is_suspended"] is False


@pytest.mark.parametrize(
    "forged",
    [create(9, actor=BOB), update(9, actor=BOB), staff(9, Verb.SUSPEND, actor=BOB), staff(9, Verb.RESTORE, actor=ADA)],
)
def test_nobody_else_writes_a_profile(forged):
    assert [fold for fold in projection.row_folds(forged) if fold.model is Profile] == []
