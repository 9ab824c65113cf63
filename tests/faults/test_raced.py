"""One person in two sessions at once: every projection ends alike, and as the accepted activities say."""

import os
import threading
from datetime import UTC, datetime
from itertools import permutations

import pytest
from django.db import connection

from apps.accounts.models import User
from apps.accounts.services import register_person, update_profile
from apps.core.errors import Refused
from apps.graph import counters
from apps.graph import services as graph
from apps.graph.selectors import relations
from apps.journal.handler import journal
from apps.posts import services as posts
from apps.posts.models import Post
from apps.posts.values import Audience
from tests.functional.society import NOW
from tests.model import Model

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = int(os.environ.get("FAULT_TRIALS", "15"))
_PER_PAIR = 50
"""Their whole history is looked at after each race, so it stays short."""


def sign_up(name: str):
    user = User(username=name)
    user.set_unusable_password()
    user.save()
    register_person(user=user, now=NOW)
    return user.pk


def together(*acts) -> None:
    """Do the acts at once, each in a thread of its own, which begins when all are there."""
    gate, failed = threading.Barrier(len(acts)), []

    def run(act) -> None:
        try:
            gate.wait()
            act()
        except Refused:
            pass  # That what one session asks is refused because of the other is an answer.
        except Exception as error:  # Told below, where the test sees it.
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def agrees(one, other) -> bool:
    """Say whether rows and counts are what the journal says."""
    model = Model([*journal().by_actor(one, limit=1000), *journal().by_actor(other, limit=1000)])
    while counters.recount_pending():
        pass
    counted = counters.values(ids=[one, other], kinds=["followers", "following"])
    stands = relations(viewer_id=one, people=[other]).to(other)
    return (
        (stands.following, stands.followed_by) == (model.follows(one, other), model.follows(other, one))
        and (stands.blocking, stands.requested) == (model.blocks(one, other), model.asks(one, other))
        and counted
        == {(who, kind): model.count(kind, who) for who in (one, other) for kind in ("followers", "following")}
    )


def test_what_began_after_an_answer_wins_and_races_end_alike(record_property):
    for number in range(TIMES):
        if number % _PER_PAIR == 0:
            one, other = sign_up(f"one{number}"), sign_up(f"other{number}")
            people = {"actor_id": one, "person_id": other}
        together(
            lambda about=people: graph.follow(**about, now=datetime.now(UTC)),
            lambda about=people: graph.unfollow(**about, now=datetime.now(UTC)),
        )
        assert agrees(one, other)
        assert graph.follow(**people, now=datetime.now(UTC)).following
        assert not graph.unfollow(**people, now=datetime.now(UTC)).following
    record_property("races", TIMES)


def test_acts_of_both_raced_in_every_order_end_alike():
    one, other = sign_up("one"), sign_up("other")
    there, back = {"actor_id": one, "person_id": other}, {"actor_id": other, "person_id": one}
    kinds = (
        (graph.follow, there),
        (graph.unfollow, there),
        (graph.block, back),
        (graph.unblock, back),
        (graph.reject_follow, back),
    )
    for acts in permutations(kinds, 2):
        begin = graph.unblock if relations(viewer_id=other, people=[one]).to(one).blocking else graph.follow
        begin(**(back if begin is graph.unblock else there), now=datetime.now(UTC))
        together(*(lambda act=act, about=about: act(**about, now=datetime.now(UTC)) for act, about in acts))
        assert agrees(one, other)


def test_what_is_asked_of_a_locked_person_raced_in_every_order_ends_alike():
    one, shy = sign_up("one"), sign_up("shy")
    update_profile(person_id=shy, display_name="", bio="", links=[], locked=True, now=datetime.now(UTC))
    there, back = {"actor_id": one, "person_id": shy}, {"actor_id": shy, "person_id": one}
    kinds = (
        (graph.unfollow, there),  # While it is a request, this withdraws it.
        (graph.accept_follow, back),
        (graph.reject_follow, back),
        (graph.remove_follower, back),
        (graph.block, back),
    )
    for acts in permutations(kinds, 2):
        if relations(viewer_id=shy, people=[one]).to(one).blocking:
            graph.unblock(**back, now=datetime.now(UTC))
        assert graph.follow(**there, now=datetime.now(UTC)).requested
        together(*(lambda act=act, about=about: act(**about, now=datetime.now(UTC)) for act, about in acts))
        assert agrees(one, shy)
        graph.unfollow(**there, now=datetime.now(UTC))


def test_a_form_sent_twice_at_once_posts_once():
    one = sign_up("one")
    for number in range(5):
        say = {"author_id": one, "text": f"Number {number}", "audience": Audience.PUBLIC, "key": f"k{number}"}
        together(*[lambda say=say: posts.publish(**say, now=datetime.now(UTC))] * 2)
    assert sorted(Post.objects.values_list("text", flat=True)) == [f"Number {number}" for number in range(5)]
