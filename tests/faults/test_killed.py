"""A server is killed after it took a post and before its followers have it: nothing is lost, and nothing doubled."""

import threading
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from apps.accounts.models import User
from apps.accounts.services import register_person
from apps.graph import services as graph
from apps.posts.models import Post
from tests.waiting import wait_until

from .server import Visitor, serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.elsewhere, pytest.mark.unclustered]
PASSWORD = "a long way home 9"
FORM = {"text": "High water at the second arch.", "audience": "public", "key": "only-once"}


def sign_up(name: str) -> User:
    user = User.objects.create_user(username=name, password=PASSWORD)
    register_person(user=user, now=datetime.now(UTC))
    return user


def visitor(url: str, name: str) -> Visitor:
    someone = Visitor(url)
    someone.log_in(name, PASSWORD)
    return someone


@pytest.fixture
def people() -> None:
    mira, otto = sign_up("mira"), sign_up("otto")
    graph.follow(actor_id=otto.pk, person_id=mira.pk, now=datetime.now(UTC))


@pytest.mark.parametrize("stage", ["own", "fanout"])
def test_a_post_that_was_taken_is_in_every_feed_once_after_a_kill(people, tmp_path, stage):
    with serving(tmp_path, halt_before=stage) as server:
        mira, otto = visitor(server.url, "mira"), visitor(server.url, "otto")
        assert [somebody.posts_with(FORM["text"]) for somebody in (mira, otto)] == [0, 0]  # Now both are stored.

        def post() -> None:
            with suppress(OSError):  # The server may die before it answers: whether it was taken is unknown.
                mira.send("/write/", **FORM)

        posting = threading.Thread(target=post)
        posting.start()
        wait_until(server.halted.exists, seconds=10, what=f"a post before its {stage}")
        server.kill()
        posting.join()
    with serving(tmp_path) as server:
        mira, otto = visitor(server.url, "mira"), visitor(server.url, "otto")
        for name, somebody in (("mira", mira), ("otto", otto)):
            took = wait_until(lambda s=somebody: s.posts_with(FORM["text"]), seconds=10, what=f"the post at {name}'s")
            print(f"{name} had it {took:.1f} s after the restart")
        assert mira.send("/write/", **FORM)[0] == 200
        assert [somebody.posts_with(FORM["text"]) for somebody in (mira, otto)] == [1, 1]
    assert Post.objects.count() == 1
