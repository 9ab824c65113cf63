"""A warm home page is two trips to the store; what changes is gone from the next read, whatever the store went through."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.backends.redis import breaker_of
from apps.core.ids import NIL
from apps.graph.counters import recount_pending
from apps.journal import services as journal
from apps.journal.activities import STAFF, Verb
from apps.journal.exceptions import NotThrough
from apps.posts import services as posts
from apps.posts.values import Audience
from apps.timelines import epochs, facts, selectors
from apps.timelines.handler import timelines
from tests.servers.redis import RedisServer

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def server(redis_server, tmp_path, settings) -> Iterator[RedisServer]:
    """Keep timelines and facts in a server that the test may harm."""
    own = RedisServer(tmp_path)
    options = {"URL": own.url, "TIMEOUT": 0.5}
    settings.TIMELINES = {"BACKEND": "apps.timelines.backends.redis.Timelines", "OPTIONS": options}
    yield own
    own.stop()


@pytest.fixture
def two(world, server):
    """Return a viewer and a friend whom they follow."""
    viewer, friend = world.people(2)
    world.follow(viewer, friend)
    return viewer, friend


def page(world, viewer, **more):
    """Read home; nothing may be degraded."""
    found = selectors.home(viewer_id=viewer, now=world.now, **more)
    assert not found.degraded
    return found


def shown(world, viewer) -> list:
    """Return what is on the page that is read warm: the first read fills in, the second takes what is kept."""
    page(world, viewer)
    return [one.entry.id for one in page(world, viewer).entries]


def test_a_warm_page_is_two_trips_and_no_query(world, two, server, trips):
    viewer, friend = two
    author, stranger = world.people(2)
    world.follow(viewer, author)
    first = world.post(stranger)
    for number in range(30):
        world.post(friend if number % 2 else author, answering=None)
    world.post(friend, answering=world.post(author))
    world.repost(friend, first)
    page(world, viewer)
    trips.clear()
    with CaptureQueriesContext(connection) as captured:
        found = page(world, viewer)
    assert [query["sql"] for query in captured] == []
    assert trips == {server.port: 2}
    assert len(found.entries) == 20
    assert len({one.entry.author for one in found.entries}) == 2
    wanted = {one.entry.post for one in found.entries}
    assert wanted <= found.fragments.keys()
    assert wanted <= found.counts.keys()
    assert wanted <= found.marks.keys()
    assert found.waiting == 0


def test_so_is_one_further_down(world, two, server, trips):
    viewer, friend = two
    for _ in range(50):
        world.post(friend)
    older = page(world, viewer).older
    page(world, viewer, before=older)
    trips.clear()
    with CaptureQueriesContext(connection) as captured:
        found = page(world, viewer, before=older)
    assert (len(captured), trips, len(found.entries)) == (0, {server.port: 2}, 20)


def test_what_is_deleted_hidden_or_narrowed_is_gone_from_the_next_read(world, two):
    viewer, friend = two
    one, other, third, stays = (world.post(friend) for _ in range(4))
    assert shown(world, viewer) == [stays, third, other, one]
    world.delete(friend, one)
    assert shown(world, viewer) == [stays, third, other]
    world.do(Verb.HIDE, STAFF, other, type="Note", by=STAFF.hex)
    assert shown(world, viewer) == [stays, third]
    world.do(Verb.SHOW, STAFF, other, type="Note", by=STAFF.hex)
    assert shown(world, viewer) == [stays, third, other]
    world.narrow(friend, third, Audience.MENTIONED)
    assert shown(world, viewer) == [stays, other]


def test_what_another_template_made_is_made_anew_once(world, two, server, monkeypatch):
    viewer, friend = two
    post = world.post(friend)
    page(world, viewer)
    monkeypatch.setattr(facts, "template_version", lambda: "another")
    page(world, viewer)
    with CaptureQueriesContext(connection) as captured:
        assert post in page(world, viewer).fragments
    assert len(captured) == 0


def test_an_edit_shows_in_the_next_read(world, two):
    viewer, friend = two
    post = world.post(friend)
    assert "hello" in "".join(page(world, viewer).fragments[post])
    world.narrow(friend, post, Audience.PUBLIC)
    for _ in range(2):
        html = "".join(page(world, viewer).fragments[post])
        assert "edited" in html
        assert "hello" not in html


def test_a_repost_that_was_undone_is_gone(world, two):
    viewer, friend = two
    repost = world.repost(friend, world.post(world.person()))
    assert shown(world, viewer) == [repost]
    world.undo_repost(friend, repost)
    assert shown(world, viewer) == []


def test_blocks_mutes_and_suspensions_count_at_once_and_leave_no_hole(world, two):
    viewer, friend = two
    post = world.post(friend)
    assert shown(world, viewer) == [post]
    world.mute(viewer, friend)
    assert shown(world, viewer) == []
    world.unmute(viewer, friend)
    assert shown(world, viewer) == [post]
    world.suspend(friend)
    assert shown(world, viewer) == []
    world.restore(friend)
    assert shown(world, viewer) == [post]
    world.block(friend, viewer)
    assert shown(world, viewer) == []


def test_a_mute_that_is_kept_ends_by_itself(world, two):
    viewer, friend = two
    post = world.post(friend)
    world.mute(viewer, friend, until=world.now.replace(microsecond=0) + (world.tick(60) - world.tick(-60)))
    assert shown(world, viewer) == []
    world.tick(300)
    assert shown(world, viewer) == [post]


def test_ones_own_marks_and_everybodys_counts_follow(world, two):
    viewer, friend = two
    post = world.post(friend)
    assert not page(world, viewer).marks[post].liked
    posts.like(actor_id=viewer, post_id=post, now=world.tick())
    posts.repost(actor_id=viewer, post_id=post, now=world.tick())
    recount_pending()
    for _ in range(2):
        found = page(world, viewer)
        assert found.marks[post].liked
        assert found.marks[post].reposted != NIL
        assert (found.counts[post].likes, found.counts[post].reposts) == (1, 1)
    posts.unlike(actor_id=viewer, post_id=post, now=world.tick())
    posts.undo_repost(actor_id=viewer, post_id=post, now=world.tick())
    recount_pending()
    for _ in range(2):
        found = page(world, viewer)
        assert (found.marks[post].liked, found.marks[post].reposted) == (False, NIL)
        assert (found.counts[post].likes, found.counts[post].reposts) == (0, 0)


def test_who_asks_to_follow_is_counted(world, two):
    viewer, friend = two
    world.post(friend)
    asking = world.person()
    assert page(world, viewer).waiting == 0
    request = world.do(Verb.FOLLOW, asking, viewer, approved=False)
    assert (page(world, viewer).waiting, page(world, viewer).waiting) == (1, 1)
    world.do(Verb.ACCEPT, viewer, asking, follow=request.id.hex)
    assert page(world, viewer).waiting == 0


def test_an_erased_persons_posts_are_gone(world, two):
    viewer, friend = two
    stays = world.post(viewer)
    gone, _ = world.post(friend), world.repost(friend, stays)
    assert shown(world, viewer) == [gone, stays], "the repost is of what stands below"
    assert world.older(viewer) == [gone, stays]
    journal.erase(actor_id=friend, now=world.tick())
    assert shown(world, viewer) == [stays]


def test_emptied_at_any_moment_it_is_filled_in_anew(world, two):
    viewer, friend = two
    post = world.post(friend)
    assert shown(world, viewer) == [post]
    timelines().nodes.first.flushall()
    world.delete(friend, post)
    assert shown(world, viewer) == []


def test_what_narrows_is_not_acknowledged_while_the_store_is_away_and_goes_through_later(world, two, server):
    viewer, friend = two
    strange, one, other = world.post(world.person()), world.post(friend), world.post(friend)
    repost = world.repost(friend, strange)
    assert shown(world, viewer) == [repost, other, one]
    server.freeze()
    with pytest.raises(NotThrough):
        posts.delete(actor_id=friend, post_id=one, now=world.tick(), key="k")
    with pytest.raises(NotThrough):
        posts.delete(actor_id=friend, post_id=one, now=world.tick())
    for _ in range(2):
        with pytest.raises(NotThrough):
            posts.undo_repost(actor_id=friend, post_id=strange, now=world.tick())
    found = selectors.home(viewer_id=viewer, now=world.now)
    assert (found.degraded, [shown.entry.id for shown in found.entries]) == (True, [other])
    server.thaw()
    breaker_of("127.0.0.1", server.port).close()
    world.sweep()
    assert shown(world, viewer) == [other]
    posts.delete(actor_id=friend, post_id=one, now=world.tick())


def test_what_is_kept_from_before_a_switch_is_not_taken_after_it(world, two, server, settings):
    viewer, friend = two
    post = world.post(friend)
    assert shown(world, viewer) == [post]
    here = settings.TIMELINES
    settings.TIMELINES = {"BACKEND": "apps.timelines.backends.query.Timelines", "OPTIONS": {}}
    epochs.switch()
    world.delete(friend, post)
    assert page(world, viewer).entries == ()
    settings.TIMELINES = here
    epochs.forget()
    assert page(world, viewer).entries == (), "whoever has another setting asks the database"
    epochs.switch()
    assert shown(world, viewer) == []
