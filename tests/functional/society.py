"""A few people who do anything at random through the services, and the model of what follows from it."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.core import ids
from apps.core.errors import Refused
from apps.core.ids import NIL
from apps.graph import services as graph
from apps.journal import projection
from apps.journal import services as journal_services
from apps.journal.activities import STAFF, Activity
from apps.journal.handler import journal
from apps.posts import activities
from apps.posts import services as posts
from apps.posts.activities import Content
from apps.posts.text import references
from apps.posts.values import Audience
from apps.timelines import epochs, selectors
from apps.timelines.handler import timelines
from apps.timelines.values import Page
from tests.model import Model

PEOPLE = 4
NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)


class Act(NamedTuple):
    """Something to do; the numbers choose by whom, about whom and which post."""

    what: str
    one: int
    other: int
    which: int


def examples(count: int) -> settings:
    """Try so many histories; 25 times as many with HYPOTHESIS_PROFILE=exploring, a fifth with ``few``."""
    times = {"exploring": 25, "few": 1 / 5}.get(os.environ.get("HYPOTHESIS_PROFILE", ""), 1)
    return settings(max_examples=round(count * times))


def acts(*kinds: str) -> st.SearchStrategy[Act]:
    """Return acts of these kinds; one that is named twice comes twice as often."""
    few = st.integers(0, PEOPLE - 1)
    return st.builds(Act, st.sampled_from(kinds), few, few, st.integers(0, 7))


CHANGES = (
    *("post", "post", "post", "reply", "reply", "repost", "repost", "import", "edit", "delete", "undo_repost"),
    *("follow", "follow", "follow", "unfollow", "accept", "accept", "reject", "block", "unblock"),
    *("mute", "mute_a_while", "unmute", "like", "unlike", "lock", "unlock", "suspend", "restore", "hide", "show"),
)
READING = ("read", "read", "wait")
DISTURBING = ("empty", "drop", "half_build", "complete", "trim", "deliver", "switch")


ACQUAINTED = [Act("follow", one, other, 0) for one, other in ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (3, 1))]


def histories(*more: str, most: int = 40) -> st.SearchStrategy[list[Act]]:
    """Return what some people do who follow each other already: else most of it would reach nobody."""
    return st.lists(acts(*CHANGES, *READING, *more), min_size=12, max_size=most).map(lambda acts: [*ACQUAINTED, *acts])


@dataclass
class Late:
    """Jobs that were handed over and are not carried out yet, as when a worker is slow."""

    waiting: list[UUID]

    def delay(self, *, activity_id: str) -> None:
        self.waiting.append(UUID(activity_id))


class Society:
    """Each has people of its own, so that several may live in one database."""

    _number: ClassVar[int] = 0

    def __init__(self, late: Late | None = None) -> None:
        self.now, self.late = NOW, late
        self.posts: list[UUID] = []
        self.half_built: list[tuple[UUID, UUID]] = []
        self.people = [self._sign_up() for _ in range(PEOPLE)]

    def _sign_up(self) -> UUID:
        Society._number += 1
        user = User(username=f"p{Society._number}", id=ids.mint(now=self.tick()))
        user.save()
        accounts.register_person(user=user, now=self.now)
        return user.pk

    def tick(self, seconds: float = 1) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def live(self, history: Sequence[Act]) -> "Society":
        for act in history:
            self.do(act)
        return self

    def do(self, act: Act) -> None:
        """Do it; what is refused leaves nothing behind."""
        one, other = self.people[act.one], self.people[act.other]
        self.tick()
        with suppress(Refused):
            getattr(self, f"_{act.what}")(one, other, act.which)

    def _which(self, number: int) -> UUID:
        return self.posts[-1 - number % len(self.posts)] if self.posts else NIL

    def _text(self, other: UUID, which: int) -> str:
        return f"Number {len(self.posts)} #t{which % 2} @{User.objects.get(pk=other).username}"

    def _post(self, one: UUID, other: UUID, which: int, parent: UUID | None = None) -> None:
        audience = Audience(max(0, which - 3) % 4)
        text = self._text(other, which)
        made = posts.publish(author_id=one, text=text, audience=audience, parent_id=parent, now=self.now)
        self.posts.append(made.id)

    def _reply(self, one: UUID, other: UUID, which: int) -> None:
        self._post(one, other, 0, parent=self._which(which))

    def _import(self, one: UUID, other: UUID, which: int) -> None:
        """Take a post of some minutes ago, as from an archive."""
        text = f"Then #t{which % 2}"
        post_id = ids.mint_from(moment=self.now - timedelta(minutes=which), source=f"{one}/{len(self.posts)}")
        made = activities.create(
            id=ids.mint(now=self.now, after=[journal().newest_of(one) or NIL]),
            actor_id=one,
            post_id=post_id,
            content=Content(text, Audience.PUBLIC, tags=tuple(references(text)[1])),
            pushed=True,
            source=f"https://elsewhere.example/{post_id}",
        )
        list(journal_services.accept_many([made], now=self.now))
        self.posts.append(post_id)

    def _edit(self, one: UUID, other: UUID, which: int) -> None:
        audience = Audience(which % 4) if which > 3 else None
        text = self._text(other, which)
        posts.edit(actor_id=one, post_id=self._which(which), text=text, audience=audience, now=self.now)

    def _delete(self, one: UUID, other: UUID, which: int) -> None:
        posts.delete(actor_id=one, post_id=self._which(which), now=self.now)

    def _repost(self, one: UUID, other: UUID, which: int) -> None:
        self.posts.append(posts.repost(actor_id=one, post_id=self._which(which), now=self.now).reposted)

    def _undo_repost(self, one: UUID, other: UUID, which: int) -> None:
        posts.undo_repost(actor_id=one, post_id=self._which(which), now=self.now)

    def _like(self, one: UUID, other: UUID, which: int) -> None:
        posts.like(actor_id=one, post_id=self._which(which), now=self.now)

    def _unlike(self, one: UUID, other: UUID, which: int) -> None:
        posts.unlike(actor_id=one, post_id=self._which(which), now=self.now)

    def _hide(self, one: UUID, other: UUID, which: int) -> None:
        posts.hide(post_id=self._which(which), by=one, now=self.now)

    def _show(self, one: UUID, other: UUID, which: int) -> None:
        posts.show(post_id=self._which(which), by=one, now=self.now)

    def _follow(self, one: UUID, other: UUID, which: int) -> None:
        graph.follow(actor_id=one, person_id=other, now=self.now)

    def _unfollow(self, one: UUID, other: UUID, which: int) -> None:
        graph.unfollow(actor_id=one, person_id=other, now=self.now)

    def _accept(self, one: UUID, other: UUID, which: int) -> None:
        graph.accept_follow(actor_id=one, person_id=other, now=self.now)

    def _reject(self, one: UUID, other: UUID, which: int) -> None:
        graph.reject_follow(actor_id=one, person_id=other, now=self.now)

    def _block(self, one: UUID, other: UUID, which: int) -> None:
        graph.block(actor_id=one, person_id=other, now=self.now)

    def _unblock(self, one: UUID, other: UUID, which: int) -> None:
        graph.unblock(actor_id=one, person_id=other, now=self.now)

    def _mute(self, one: UUID, other: UUID, which: int) -> None:
        graph.mute(actor_id=one, person_id=other, now=self.now)

    def _mute_a_while(self, one: UUID, other: UUID, which: int) -> None:
        graph.mute(actor_id=one, person_id=other, until=self.now + timedelta(seconds=3 * which + 1), now=self.now)

    def _unmute(self, one: UUID, other: UUID, which: int) -> None:
        graph.unmute(actor_id=one, person_id=other, now=self.now)

    def _lock(self, one: UUID, other: UUID, which: int, *, locked: bool = True) -> None:
        accounts.update_profile(person_id=one, display_name="", bio="", links=[], locked=locked, now=self.now)

    def _unlock(self, one: UUID, other: UUID, which: int) -> None:
        self._lock(one, other, which, locked=False)

    def _suspend(self, one: UUID, other: UUID, which: int) -> None:
        accounts.suspend(person_id=one, by=other, now=self.now)

    def _restore(self, one: UUID, other: UUID, which: int) -> None:
        accounts.restore(person_id=one, by=other, now=self.now)

    def _wait(self, one: UUID, other: UUID, which: int) -> None:
        self.tick(10 * which)

    def _read(self, one: UUID, other: UUID, which: int) -> None:
        selectors.home(viewer_id=one, now=self.now, limit=2)

    # What may happen to stored timelines at any moment.

    def _empty(self, one: UUID, other: UUID, which: int) -> None:
        timelines().empty()

    def _drop(self, one: UUID, other: UUID, which: int) -> None:
        timelines().drop([one], now=self.now)

    def _half_build(self, one: UUID, other: UUID, which: int) -> None:
        token = ids.mint(now=self.now)
        if timelines().begin(one, epoch=epochs.certain() or 0, token=token, now=self.now):
            self.half_built.append((one, token))

    def _complete(self, one: UUID, other: UUID, which: int) -> None:
        """Complete the oldest build under way with nothing, which is right only for what was pushed since it began."""
        if self.half_built:
            owner, token = self.half_built.pop(0)
            timelines().complete(owner, token=token, entries=[], coverage=ids.mint(now=self.now))

    def _trim(self, one: UUID, other: UUID, which: int) -> None:
        timelines().trim(now=self.now)

    def _switch(self, one: UUID, other: UUID, which: int) -> None:
        epochs.switch()

    def _deliver(self, one: UUID, other: UUID, which: int) -> None:
        """Carry out one of the jobs that are late, not always the first."""
        if self.late and self.late.waiting:
            id = self.late.waiting.pop(which % len(self.late.waiting))
            with projection.background():
                journal_services.carry_out(activity_id=id, now=self.now)

    # What was said, and what is shown.

    def said(self) -> list[Activity]:
        """Return every accepted activity that is about these people."""
        mine = {*self.people, *self.posts}
        by_staff = [a for a in self._of(STAFF) if a.object_id in mine]
        return [*by_staff, *(activity for person in self.people for activity in self._of(person))]

    def _of(self, actor: UUID) -> list[Activity]:
        return journal().by_actor(actor, limit=10_000)

    def model(self) -> Model:
        return Model(self.said())


Read = Callable[..., Page]


def older(read: Read, **asked: Any) -> list[UUID]:
    """Walk a feed from its newest page to its end; return all ids in the order in which they came."""
    return [id for page in pages(read, **asked) for id in page]


def pages(read: Read, **asked: Any) -> Iterator[list[UUID]]:
    """Yield the pages of a feed, newest first; what happens in between happens while somebody scrolls."""
    page = read(**asked)
    yield [shown.entry.id for shown in page.entries]
    while page.older is not None:
        assert page.entries, "only the last page is empty"
        page = read(**asked, before=page.older)
        yield [shown.entry.id for shown in page.entries]


def newer(read: Read, **asked: Any) -> Iterator[list[UUID]]:
    """Yield the pages of a feed from its first post ever to its newest, each newest first."""
    page = read(**asked, after=NIL)
    yield [shown.entry.id for shown in page.entries]
    while page.newer is not None:
        assert page.entries, "only the last page is empty"
        page = read(**asked, after=page.newer)
        yield [shown.entry.id for shown in page.entries]
