"""A post is taken back while its fan-out runs: from then on nobody outside its audience is shown it, wherever they read."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.core.management import call_command

from apps.core.errors import NotFound
from apps.graph import services as graph
from apps.journal.handler import journal
from apps.posts import services as posts
from apps.posts.values import Audience
from apps.timelines import fanout
from apps.timelines import selectors as feeds
from apps.timelines.handler import timelines

from .followers import SAMPLE, crowd, is_done
from .test_killed import sign_up

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.elsewhere]
FOLLOWERS = int(os.environ.get("FAULT_TRIALS", "12"))
CHUNK = max(4, FOLLOWERS // SAMPLE)
"""So small that everybody looks once for each of the followers whose feeds are stored."""
TEXT, TAG = "High water. #arch", "arch"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Readers:
    """``early`` is among the first whom a post is pushed to, ``late`` among the last; ``left`` ceases to follow meanwhile."""

    author: UUID
    early: UUID
    late: UUID
    left: UUID
    stranger: UUID
    looks: int = 0

    def shown_to(self, viewer: UUID | None, post: UUID) -> set[str]:
        """Return on which pages the post is."""
        self.looks += 5
        about = {"viewer_id": viewer, "now": now(), "limit": 20}
        pages: dict[str, Callable[[], feeds.Page]] = {
            "home": lambda: feeds.home(**about) if viewer else feeds.public(**about),
            "profile": lambda: feeds.profile(person_id=self.author, **about),
            "public": lambda: feeds.public(**about),
            "tag": lambda: feeds.tag(tag=TAG, **about),
            "thread": lambda: feeds.thread(viewer_id=viewer, post_id=post, now=now()),
        }
        return {name for name, read in pages.items() if post in _posts(read)}

    def outside(self, audience: Audience | None) -> list[UUID | None]:
        """Return whom a post for ``audience`` is not for; None is for nobody, as it is deleted."""
        outside = [None, self.stranger, self.left]
        if audience is not Audience.FOLLOWERS:
            outside += [self.early, self.late]
        return [*outside, self.author] if audience is None else outside


def _posts(read: Callable[[], feeds.Page]) -> set[UUID]:
    try:
        return {shown.entry.post for shown in read().entries}
    except NotFound:
        return set()


@pytest.fixture
def readers(settings, monkeypatch) -> Readers:
    settings.PUSH_LIMIT = FOLLOWERS + 1
    monkeypatch.setattr(fanout, "CHUNK", CHUNK)
    author, stranger = sign_up("mira").pk, sign_up("stranger").pk
    early, left, *_, late = crowd(author, FOLLOWERS)
    return Readers(author, early, late, left, stranger)


def pushing(monkeypatch: pytest.MonkeyPatch, between: Callable[[int, UUID], None]) -> None:
    """Call ``between`` with how many chunks of the post were pushed, after each."""
    store, done = timelines(), iter(range(1, 1_000_000))
    add = store.add

    def watched(entry, **more) -> None:
        add(entry, **more)
        between(next(done), entry.id)

    monkeypatch.setattr(store, "add", watched)


@pytest.mark.parametrize(
    "to", [Audience.FOLLOWERS, Audience.MENTIONED, None], ids=["followers", "mentioned", "deleted"]
)
def test_what_is_taken_back_amid_its_fan_out_is_shown_to_nobody_outside(readers, monkeypatch, record_property, to):
    def take_back(post: UUID) -> None:
        graph.unfollow(actor_id=readers.left, person_id=readers.author, now=now())
        if to is None:
            posts.delete(actor_id=readers.author, post_id=post, now=now())
        else:
            posts.edit(actor_id=readers.author, post_id=post, text=TEXT, audience=to, now=now())

    chunks = []

    def between(number: int, post: UUID) -> None:
        chunks.append(number)
        if number == 1:
            assert readers.shown_to(readers.early, post) == {"home", "profile", "public", "tag", "thread"}
            assert "public" in readers.shown_to(None, post)
            take_back(post)
        for viewer in readers.outside(to):
            assert readers.shown_to(viewer, post) == set()

    pushing(monkeypatch, between)
    post = posts.publish(author_id=readers.author, text=TEXT, audience=Audience.PUBLIC, now=now()).id
    call_command("project_pending")
    assert len(chunks) > 2, "the fan-out went on after it"
    assert is_done(*journal().by_actor(readers.author, limit=100))
    for viewer in readers.outside(to):
        assert readers.shown_to(viewer, post) == set()
    if to is Audience.FOLLOWERS:
        assert readers.shown_to(readers.late, post) == {"home", "profile", "thread"}
    record_property(f"pages looked at amid {len(chunks)} chunks", readers.looks)
