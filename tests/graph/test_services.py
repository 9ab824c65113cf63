"""What people do about each other, and what is refused, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.accounts.models import User
from apps.accounts.services import register_person, update_profile
from apps.core.errors import NotFound, Refused
from apps.graph import selectors, services

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = datetime.now(UTC)


def person(name: str, *, locked: bool = False):
    user = User(username=name)
    user.set_unusable_password()
    user.save()
    register_person(user=user, now=NOW)
    if locked:
        update_profile(person_id=user.pk, display_name="", bio="", links=[], locked=True, now=NOW)
    return user.pk


def act(what, one, other, **more):
    return what(actor_id=one, person_id=other, now=datetime.now(UTC), **more)


def test_more_than_the_limit_are_not_followed_and_a_request_counts(settings):
    settings.FOLLOW_LIMIT = 2
    me, open_one, shy, third = person("me"), person("open"), person("shy", locked=True), person("third")
    act(services.follow, me, open_one)
    assert act(services.follow, me, shy).requested
    with pytest.raises(Refused, match="You follow 2 people or ask to") as refused:
        act(services.follow, me, third)
    assert refused.value.status == 422
    assert act(services.follow, me, open_one).following, "whom one follows already is no further one"
    act(services.unfollow, me, shy)
    assert act(services.follow, me, third).following


def test_a_request_is_accepted_rejected_or_withdrawn():
    me, shy = person("me"), person("shy", locked=True)
    act(services.follow, me, shy)
    assert act(services.accept_follow, shy, me).followed_by
    assert not act(services.remove_follower, shy, me).followed_by
    with pytest.raises(Refused, match="no such request"):
        act(services.accept_follow, shy, me)
    act(services.follow, me, shy)
    act(services.reject_follow, shy, me)
    assert not act(services.follow, me, shy).following
    act(services.unfollow, me, shy)
    with pytest.raises(Refused, match="no such request"):
        act(services.accept_follow, shy, me)


def test_a_block_ends_both_follows_and_hides_that_somebody_is_there():
    me, other = person("me"), person("other")
    act(services.follow, me, other)
    act(services.follow, other, me)
    relation = act(services.block, me, other)
    assert (relation.following, relation.followed_by, relation.blocking) == (False, False, True)
    with pytest.raises(Refused, match="You have blocked @other"):
        act(services.follow, me, other)
    with pytest.raises(NotFound, match="nobody here by that name"):
        act(services.follow, other, me)
    act(services.unblock, me, other)
    assert not act(services.unblock, me, other).following
    assert act(services.follow, me, other).following


def test_a_mute_ends_by_itself_or_never():
    me, other = person("me"), person("other")
    until = NOW + timedelta(hours=1)
    relation = act(services.mute, me, other, until=until)
    assert relation.is_muted(NOW)
    assert not relation.is_muted(until + timedelta(seconds=1))
    assert act(services.mute, me, other, until=None).is_muted(NOW + timedelta(days=9999))
    assert not act(services.unmute, me, other).is_muted(NOW)


def test_followers_are_walked_by_id_and_asked_for_again_by_their_range():
    me, *people = (person(name) for name in "mabcdef")
    for one in people:
        act(services.follow, one, me)
    act(services.unfollow, people[2], me)
    follow = sorted({*people} - {people[2]})
    assert selectors.follower_ids(person_id=me, limit=3) == follow[:3]
    assert selectors.follower_ids(person_id=me, after=follow[2], limit=3) == follow[3:]
    assert selectors.followers_between(person_id=me, after=follow[0], last=follow[3]) == {*follow[1:4]}
    act(services.unfollow, follow[2], me)
    assert selectors.followers_between(person_id=me, after=follow[0], last=follow[3]) == {follow[1], follow[3]}
