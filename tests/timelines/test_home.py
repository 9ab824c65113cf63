"""The home feed as people know it: who is in it, once, in order, and gone when it must be."""

from datetime import timedelta

import pytest

from apps.core.ids import MAX, NIL
from apps.journal.exceptions import NotThrough
from apps.posts.values import Audience
from apps.timelines.handler import timelines

pytestmark = pytest.mark.unclustered


def test_it_holds_those_who_are_followed_and_oneself_newest_first(world):
    viewer, friend, stranger = world.people(3)
    world.follow(viewer, friend)
    first, second = world.post(friend), world.post(viewer)
    world.post(stranger)
    assert world.home(viewer) == [second, first]
    third = world.post(friend)
    assert world.home(viewer) == [third, second, first]
    assert world.is_right(viewer)


def test_following_nobody_shows_only_oneself(world):
    viewer, stranger = world.people(2)
    world.post(stranger)
    assert world.home(viewer) == []
    assert world.home(viewer) == [] != [mine := world.post(viewer)]
    assert world.home(viewer) == [mine]


def test_a_follow_brings_what_was_written_before_and_an_unfollow_takes_it_from_the_very_next_read(world):
    viewer, friend = world.people(2)
    post = world.post(friend)
    assert world.home(viewer) == []
    world.follow(viewer, friend)
    assert world.home(viewer) == [post]
    world.unfollow(viewer, friend)
    assert world.home(viewer) == []
    world.follow(viewer, friend)
    assert world.home(viewer) == [post]


def test_a_block_takes_both_out_of_each_others_feeds(world):
    one, other = world.people(2)
    world.follow(one, other)
    world.follow(other, one)
    a, b = world.post(one), world.post(other)
    assert (world.home(one), world.home(other)) == ([b, a], [b, a])
    world.block(one, other)
    assert (world.home(one), world.home(other)) == ([a], [b])


@pytest.mark.clusters
def test_a_mute_that_ends_leaves_no_hole(world):
    viewer, friend = world.people(2)
    world.follow(viewer, friend)
    before = world.post(friend)
    assert world.home(viewer) == [before]
    world.mute(viewer, friend, until=world.now + timedelta(hours=1))
    during = world.post(friend)
    assert world.home(viewer) == []
    world.tick(3700)
    assert world.home(viewer) == [during, before]
    assert world.is_right(viewer)


@pytest.mark.clusters
def test_a_suspension_that_is_lifted_leaves_no_hole(world):
    viewer, friend = world.people(2)
    world.follow(viewer, friend)
    before = world.post(friend)
    world.home(viewer)
    world.suspend(friend)
    assert world.home(viewer) == []
    during = world.post(friend)
    world.restore(friend)
    assert world.home(viewer) == [during, before]


def test_what_is_deleted_or_made_private_is_gone_from_the_very_next_read(world):
    viewer, friend = world.people(2)
    world.follow(viewer, friend)
    deleted, narrowed, kept = (world.post(friend) for _ in range(3))
    assert world.home(viewer) == [kept, narrowed, deleted]
    world.delete(friend, deleted)
    world.narrow(friend, narrowed, Audience.MENTIONED)
    assert world.home(viewer) == [kept]
    assert world.is_right(viewer)


def test_replies_appear_when_the_viewer_follows_or_is_who_they_answer(world):
    viewer, friend, other, stranger = world.people(4)
    world.follow(viewer, friend, other)
    origins = [world.post(person) for person in (viewer, other, stranger, friend)]
    answers = [world.post(friend, answering=origin) for origin in origins]
    mine = world.post(viewer, answering=origins[2])
    shown = world.home(viewer)
    assert [answer in shown for answer in answers] == [True, True, False, True]
    assert mine in shown
    world.follow(viewer, stranger)
    assert answers[2] in world.home(viewer)
    assert world.is_right(viewer)


def test_a_post_for_mentioned_people_reaches_those_it_names_who_follow(world):
    viewer, friend, other = world.people(3)
    world.follow(viewer, friend)
    world.follow(other, friend)
    world.home(viewer), world.home(other)
    to_viewer = world.post(friend, to=Audience.MENTIONED, naming=[viewer])
    assert (world.home(viewer), world.home(other), world.home(friend)) == ([to_viewer], [], [to_viewer])
    assert world.is_right(viewer)
    assert world.is_right(other)
    world.post(other, to=Audience.MENTIONED, naming=[viewer])  # A stranger's is a notification, not an entry.
    assert world.home(viewer) == [to_viewer]


def test_a_repost_brings_a_strangers_post_once(world):
    viewer, friend, other, stranger = world.people(4)
    world.follow(viewer, friend, other)
    post = world.post(stranger)
    first = world.repost(friend, post)
    world.repost(other, post)
    assert world.home(viewer) == [first]
    world.undo_repost(friend, first)
    (left,) = world.home(viewer)
    assert left != first


def test_a_repost_of_what_stands_in_the_feed_already_adds_nothing(world):
    viewer, friend, other = world.people(3)
    world.follow(viewer, friend, other)
    post = world.post(friend)
    repost = world.repost(other, post)
    assert world.home(viewer) == [post]
    world.mute(viewer, friend)
    assert world.home(viewer) == []  # The repost shows a muted person's words as well.
    world.unfollow(viewer, friend)
    world.unmute(viewer, friend)
    assert world.home(viewer) == [repost]


def test_a_twin_that_may_not_be_seen_hides_nothing(world):
    """The oldest repost is undone, the next was by somebody who is muted: the third is shown."""
    viewer, stranger, *friends = world.people(5)
    world.follow(viewer, *friends)
    post = world.post(stranger)
    reposts = [world.repost(friend, post) for friend in friends]
    assert world.home(viewer) == [reposts[0]]
    world.undo_repost(friends[0], reposts[0])
    assert world.home(viewer) == [reposts[1]]
    world.mute(viewer, friends[1])
    assert world.home(viewer) == [reposts[2]]
    world.unfollow(viewer, friends[1])
    assert world.home(viewer) == [reposts[2]]


@pytest.mark.parametrize("between", [39, 40])
def test_a_post_comes_again_only_after_forty_entries_that_belong(world, between):
    """Deleted ones count as entries, in the stored list and in the oracle alike."""
    viewer, friend, other = world.people(3)
    world.follow(viewer, friend, other)
    post = world.post(friend)
    for number in range(between):
        id = world.post(other)
        if number % 2:
            world.delete(other, id)
    repost = world.repost(other, post)
    assert (repost in world.home(viewer, limit=100)) is (between == 40)
    assert (repost in world.newer(viewer, limit=7)) is (between == 40)
    assert world.older(viewer, limit=7) == world.newer(viewer, limit=7)


def test_an_unfollow_is_not_acknowledged_while_the_drop_is_pending(world, monkeypatch):
    viewer, friend = world.people(2)
    world.follow(viewer, friend)
    post = world.post(friend)
    assert world.home(viewer) == [post]
    with monkeypatch.context() as broken:
        broken.setattr(type(timelines()), "drop", lambda self, owners, *, now: 1 / 0)
        with pytest.raises(NotThrough):
            world.unfollow(viewer, friend)
    if not timelines().keeps_facts:
        assert world.home(viewer) == [], "whom one follows is asked of the database"
    world.sweep()
    assert world.home(viewer) == []


def test_merged_posts_are_read_without_having_been_pushed(world):
    viewer, friend, star, stranger = world.people(4)
    world.follow(viewer, friend, star)
    world.home(viewer)
    one, two = world.post(friend), world.post(star, pushed=False)
    three = world.post(star)
    to_stranger = world.post(star, answering=world.post(stranger), pushed=False)
    to_friend = world.post(star, answering=one, pushed=False)
    hers = world.post(star, to=Audience.MENTIONED, naming=[viewer], pushed=False)
    world.post(star, to=Audience.MENTIONED, naming=[friend], pushed=False)
    assert world.home(viewer) == [hers, to_friend, three, two, one]
    assert world.older(viewer, limit=2) == world.newer(viewer, limit=2) == [hers, to_friend, three, two, one]
    assert world.is_right(viewer)
    world.follow(viewer, stranger)
    assert to_stranger in world.home(viewer)
    assert world.post(star, pushed=False) == world.home(star)[0]  # One's own is stored at once.


def test_an_imported_post_stands_where_its_date_puts_it(world):
    viewer, friend = world.people(2)
    world.follow(viewer, friend)
    first, second = world.post(friend), world.post(friend)
    world.home(viewer)
    between = world.post(friend, ago=timedelta(seconds=1.5))
    old = world.post(friend, ago=timedelta(days=400))
    assert world.home(viewer) == [second, between, first, old]
    assert world.is_right(viewer)


@pytest.mark.parametrize("cursor", [NIL, MAX])
def test_any_id_is_a_valid_cursor(world, cursor):
    viewer = world.person()
    mine = world.post(viewer)
    assert world.home(viewer, before=cursor) == ([mine] if cursor == MAX else [])
    assert world.home(viewer, after=cursor) == ([mine] if cursor == NIL else [])
