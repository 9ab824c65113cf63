"""``check_timelines``: what is stored is held against the query that it is a cache of."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.core import ids
from apps.posts.values import Audience
from apps.timelines import checking, epochs
from apps.timelines.handler import timelines

from .world import NOW


def run(*args: object) -> str:
    out = StringIO()
    call_command("check_timelines", *map(str, args), stdout=out)
    return out.getvalue()


def told(world, viewer, post) -> str:
    return " ".join(checking.explain(viewer_id=viewer, post_id=post, now=world.tick()))


@pytest.fixture
def friends(world):
    ada, ben = world.people(2)
    world.follow(ada, ben)
    return ada, ben, [world.post(ben) for _ in range(3)]


def test_right_after_a_load_it_says_that_nothing_is_stored_and_builds_what_it_checks(friends):
    assert "--build" in run()
    assert run("--build") == "2 stored timelines, none differs from the oracle.\n"
    assert run("--sample", 1) == "1 stored timelines, none differs from the oracle.\n"


def test_a_sample_of_none_is_refused(friends):
    with pytest.raises(CommandError, match="--sample 0"):
        run("--sample", 0)


def test_what_is_missing_or_too_much_is_named(world, friends):
    ada, _, written = friends
    run("--build")
    stranger = world.post(world.person())
    lost = written[1]
    part = timelines().read(ada, epoch=epochs.certain(), limit=10, now=NOW)
    timelines().drop([ada], now=NOW)
    token = ids.mint(now=world.tick())
    timelines().begin(ada, epoch=epochs.certain(), token=token, now=NOW)
    kept = [entry for entry in part.entries if entry.id != lost]
    (foreign,) = checking.posts.entries_by_id(ids=[stranger]).values()
    timelines().complete(ada, token=token, entries=[*kept, foreign], coverage=ids.NIL)
    with pytest.raises(CommandError, match="1 of 2 stored timelines differ"):
        run()
    wrong = checking.check(owner=ada, now=world.tick())
    assert wrong is not None
    assert (wrong.missing, wrong.surplus) == ((lost,), (stranger,))
    assert str(lost) in str(wrong)
    assert str(stranger) in str(wrong)


def test_a_viewer_or_post_that_is_none_is_named(friends):
    ada, _, (post, *_) = friends
    for args, message in (
        (("nobody at all", post), "nobody at all"),
        ((ada, "42"), "POST"),
        (("", post), "VIEWER is empty"),
    ):
        with pytest.raises(CommandError, match=message):
            run("--explain", *args)
    assert run("--explain", ada, post).startswith("It belongs: the viewer follows")


def test_it_explains_what_belongs_and_what_does_not(world, friends):
    ada, ben, (post, *_) = friends
    eve = world.person()
    assert "the viewer wrote it" in told(world, ben, post)
    assert "doesn't follow its author" in told(world, eve, post)
    reply = world.post(ben, answering=world.post(eve))
    assert "it answers" in told(world, ada, reply)
    direct = world.post(ben, to=Audience.MENTIONED, naming=[eve])
    assert "mentioned people only" in told(world, ada, direct)
    assert "There is no such post" in told(world, ada, ids.mint(now=NOW))
    assert "No timeline is stored" in told(world, ada, post)
    run("--build")
    assert "It is stored." in told(world, ada, post)


def test_it_explains_what_may_not_be_seen(world, friends):
    ada, ben, (post, other, last) = friends
    world.mute(ada, ben, until=world.now + timedelta(hours=1))
    assert "mutes" in told(world, ada, post)
    world.unmute(ada, ben)
    world.delete(ben, other)
    assert "was deleted" in told(world, ada, other)
    eve = world.person()
    world.follow(ada, eve)
    again = world.repost(eve, last)
    assert "not repeated" in told(world, ada, again)
    assert "may see it" in told(world, ada, post)
