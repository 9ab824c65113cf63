"""Any order and any repetition of a post's activities give the same row, in Python and in the database."""

import itertools
import threading

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core import folds
from apps.core.ids import NIL
from apps.journal import projection
from apps.journal.activities import Activity, Verb
from apps.posts import activities, selectors
from apps.posts.models import Like, MergeAuthor, Post
from apps.posts.projectors import TYPED
from apps.posts.values import Audience

from .factory import at, edit, fold, head_of, note, removal, repost, without_payload

pytestmark = pytest.mark.database

CREATE = note(0, text="first", tags=("a",), mentions=(at(),), source="https://old.example/1")
AGAIN = note(1, text="imported again", author=CREATE.actor_id, post_id=CREATE.object_id)
EDITS = [
    edit(CREATE, 10, text="second", audience=Audience.UNLISTED, tags=("b",)),
    edit(CREATE, 20, text="third", audience=Audience.PUBLIC),
    edit(CREATE, 30, text="fourth", audience=Audience.FOLLOWERS, mentions=(at(),)),
]
DELETE = removal(CREATE, 40)
STAFF = [
    activities.hide(id=at(5), post_id=CREATE.object_id, by=at()),
    activities.show(id=at(15), post_id=CREATE.object_id, by=at()),
    activities.hide(id=at(25), post_id=CREATE.object_id, by=at()),
]
ALL = [CREATE, AGAIN, *EDITS, DELETE, *STAFF]


def outcome(history: list[Activity]) -> dict:
    row = folds.blank(Post)
    for activity in history:
        for row_fold in projection.row_folds(activity):
            row = folds.folded(row_fold, row)
    return row


def stored(id) -> dict:
    names = [field.attname for field in Post._meta.local_concrete_fields if not field.primary_key]
    return Post.objects.filter(pk=id).values(*names).get()


def histories() -> st.SearchStrategy[tuple[list[Activity], list[Activity]]]:
    """A set of activities, and the same in another order with repetitions."""

    def shuffled(chosen: list[Activity]) -> st.SearchStrategy[tuple[list[Activity], list[Activity]]]:
        more = st.lists(st.sampled_from(chosen), max_size=4)
        return st.tuples(st.just(chosen), more.flatmap(lambda again: st.permutations([*chosen, *again])))

    return st.lists(st.sampled_from(ALL), min_size=1, unique_by=lambda a: a.id).flatmap(shuffled)


@given(histories())
def test_any_order_and_repetition_gives_the_same_row(pair):
    plain, shuffled = pair
    assert outcome(shuffled) == outcome(sorted(plain, key=lambda activity: activity.id))


@given(histories())
def test_emptied_payloads_fold_to_the_same_deleted_row(pair):
    plain, shuffled = pair
    replayed = [without_payload(a) if a.verb in (Verb.CREATE, Verb.UPDATE) else a for a in shuffled]
    assert outcome([*replayed, DELETE]) == outcome([*plain, DELETE])


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
def test_the_database_folds_as_python_does(pair):
    _, shuffled = pair
    Post.objects.filter(pk=CREATE.object_id).delete()
    fold(shuffled)
    assert stored(CREATE.object_id) == outcome(shuffled)


def test_an_update_beats_a_create_and_a_later_one_an_earlier_one():
    for history in itertools.permutations([CREATE, *EDITS]):
        row = outcome(list(history))
        assert (row["text"], row["tags"], row["mentions"]) == ("fourth", [], EDITS[2] and row["mentions"])
        assert row["created"] == CREATE.id


def test_of_two_creates_the_least_stands():
    for history in itertools.permutations([CREATE, AGAIN]):
        row = outcome(list(history))
        assert (row["text"], row["created"], row["imported"]) == ("first", CREATE.id, True)


def test_an_edit_narrows_the_audience_and_never_widens_it():
    for history in itertools.permutations([CREATE, *EDITS]):
        assert outcome(list(history))["audience"] == Audience.FOLLOWERS


def test_a_deleted_row_holds_ids_only_and_nobody_is_let_in():
    for history in itertools.permutations([CREATE, EDITS[0], DELETE]):
        row = outcome(list(history))
        assert {name: row[name] for name in TYPED} == dict(TYPED)
        assert (row["standing"], row["listed"], row["audience"]) == (False, False, Audience.MENTIONED)
        assert (row["author"], row["thread"]) == (CREATE.actor_id, CREATE.object_id)
        assert len(row["named"]) == 1


def test_a_staff_removal_is_lifted_and_a_deletion_is_not():
    hidden, shown, _ = STAFF
    assert not outcome([CREATE, hidden])["standing"]
    assert outcome([CREATE, shown, hidden])["standing"]
    assert not outcome([CREATE, hidden, shown, DELETE])["standing"]


def test_only_staff_can_hide():
    forged = Activity(at(50), CREATE.actor_id, Verb.HIDE, CREATE.object_id, {"v": 1})
    assert outcome([CREATE, forged])["standing"]


def test_only_public_posts_that_are_neither_replies_nor_reposts_are_listed():
    assert outcome([CREATE])["listed"]
    assert not outcome([CREATE, EDITS[0]])["listed"]
    assert not outcome([repost(CREATE, 3)])["listed"]


def test_what_comes_before_its_create_belongs_to_nobody_yet():
    row = outcome([EDITS[0]])
    assert (row["author"], row["standing"]) == (NIL, False)


def test_a_person_is_no_post():
    person = Activity(at(), at(), Verb.CREATE, at(), {"v": 1, "type": "Person", "username": "ada"})
    assert list(projection.row_folds(person)) == [] or all(
        row_fold.model is not Post for row_fold in projection.row_folds(person)
    )


@pytest.mark.django_db
def test_a_repost_is_a_row_of_its_own_and_its_undo_is_final():
    announce = repost(CREATE, 50)
    undo = activities.undo(id=at(60), actor_id=announce.actor_id, of=Verb.ANNOUNCE, object_id=announce.object_id)
    fold([CREATE, announce])
    head = head_of(announce)
    assert (head.reposted, head.reposted_author, head.author) == (CREATE.object_id, CREATE.actor_id, announce.actor_id)
    assert head.standing
    fold([undo, announce])
    assert not head_of(announce).standing
    assert head_of(CREATE).standing


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_last_of_like_and_undo_counts(order):
    actor = at()
    acts = [
        activities.like(id=at(1), actor_id=actor, post_id=CREATE.object_id),
        activities.undo(id=at(2), actor_id=actor, of=Verb.LIKE, object_id=CREATE.object_id),
        activities.like(id=at(3), actor_id=actor, post_id=CREATE.object_id),
    ]
    fold([acts[n] for n in order] * 2)
    assert Like.objects.get().standing
    assert (Like.objects.get().actor, Like.objects.get().object) == (actor, CREATE.object_id)
    fold([activities.undo(id=at(4), actor_id=actor, of=Verb.LIKE, object_id=CREATE.object_id)])
    assert not Like.objects.get().standing


@pytest.mark.django_db
def test_an_author_whose_posts_are_merged_is_known():
    pushed, merged = note(0), note(1, pushed=False)
    fold([pushed, merged, repost(pushed, 2, actor=merged.actor_id, pushed=False)])
    assert selectors.merge_authors() == {merged.actor_id}
    assert selectors.merge_authors(among=[pushed.actor_id]) == frozenset()
    assert MergeAuthor.objects.get().first == merged.id


@pytest.mark.django_db(transaction=True)
def test_two_threads_folding_at_once_lose_nothing():
    halves = [[CREATE, EDITS[1], STAFF[0]] * 5, [EDITS[2], AGAIN, EDITS[0], STAFF[1]] * 5]
    barrier = threading.Barrier(2)

    def run(history: list[Activity]) -> None:
        barrier.wait()
        fold(history)
        connection.close()

    threads = [threading.Thread(target=run, args=(half,)) for half in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stored(CREATE.object_id) == outcome([*halves[0], *halves[1]])
