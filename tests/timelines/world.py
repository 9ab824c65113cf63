"""A small society for tests of timelines: everything is said to the journal, as the services say it."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from apps.accounts.models import Profile
from apps.core import ids
from apps.core.ids import NIL
from apps.journal import services as journal
from apps.journal import sweeper
from apps.journal.activities import STAFF, Activity, Verb
from apps.posts import activities
from apps.posts import selectors as posts
from apps.posts.activities import Content
from apps.posts.values import Audience, Head
from apps.timelines import checking, selectors

NOW = datetime.now(UTC).replace(microsecond=0)


class World:
    """Goes on by a second with everything that is done. Its methods return the id of what they made."""

    def __init__(self) -> None:
        self.now = NOW - timedelta(days=1)
        self.chance = random.Random(7)

    def tick(self, seconds: float = 1) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def person(self, *, suspended: bool = False) -> UUID:
        id = ids.mint(now=self.tick())
        Profile.objects.create(id=id, username=f"p{id.hex[-20:]}", created=id, is_suspended=suspended)
        return id

    def people(self, count: int) -> list[UUID]:
        return [self.person() for _ in range(count)]

    def do(self, verb: Verb, actor: UUID, object: UUID, **payload: object) -> Activity:
        def build(id: UUID) -> Activity:
            return Activity(id, actor, verb, object, {"v": 1, **payload})

        return journal.accept(actor_id=actor, build=build, now=self.tick())

    def follow(self, actor: UUID, *people: UUID) -> None:
        for person in people:
            self.do(Verb.FOLLOW, actor, person, approved=True)

    def unfollow(self, actor: UUID, person: UUID) -> None:
        self.do(Verb.UNDO, actor, person, of=Verb.FOLLOW.value)

    def block(self, actor: UUID, person: UUID) -> None:
        self.do(Verb.BLOCK, actor, person)

    def mute(self, actor: UUID, person: UUID, *, until: datetime | None = None) -> None:
        self.do(Verb.MUTE, actor, person, until=until.isoformat() if until else None)

    def unmute(self, actor: UUID, person: UUID) -> None:
        self.do(Verb.UNDO, actor, person, of=Verb.MUTE.value)

    def suspend(self, person: UUID) -> None:
        self.do(Verb.SUSPEND, STAFF, person, type="Person")

    def restore(self, person: UUID) -> None:
        self.do(Verb.RESTORE, STAFF, person, type="Person")

    def post(
        self,
        author: UUID,
        *,
        to: Audience = Audience.PUBLIC,
        naming: Iterable[UUID] = (),
        answering: UUID | None = None,
        pushed: bool = True,
        ago: timedelta | None = None,
    ) -> UUID:
        """Publish; ``ago`` gives it an earlier date, as an import does."""
        parent = self.head(answering) if answering else None
        now = self.tick()
        dated = ids.mint(now=now - ago) if ago else None

        def build(id: UUID) -> Activity:
            return activities.create(
                id=id,
                actor_id=author,
                post_id=dated or activities.publication_id(accepted=id, parent=parent.id if parent else NIL),
                content=Content("hello", to, tuple(naming)),
                pushed=pushed,
                parent=parent,
            )

        return journal.accept(actor_id=author, build=build, now=now).object_id

    def narrow(self, author: UUID, post: UUID, to: Audience) -> None:
        def build(id: UUID) -> Activity:
            return activities.update(id=id, actor_id=author, post_id=post, content=Content("edited", to))

        journal.accept(actor_id=author, build=build, now=self.tick())

    def delete(self, author: UUID, post: UUID) -> None:
        self.do(Verb.DELETE, author, post, type="Note")

    def repost(self, actor: UUID, post: UUID, *, pushed: bool = True) -> UUID:
        original = self.head(post)

        def build(id: UUID) -> Activity:
            repost_id = activities.publication_id(accepted=id, parent=post)
            return activities.announce(
                id=id, actor_id=actor, repost_id=repost_id, post_id=post, author_id=original.author, pushed=pushed
            )

        return journal.accept(actor_id=actor, build=build, now=self.tick()).object_id

    def undo_repost(self, actor: UUID, repost: UUID) -> None:
        self.do(Verb.UNDO, actor, repost, of=Verb.ANNOUNCE.value)

    def head(self, id: UUID) -> Head:
        return posts.heads(ids=[id])[id]

    def home(self, viewer: UUID, **page: object) -> list[UUID]:
        """Return the ids on one page of home."""
        return [shown.entry.id for shown in selectors.home(viewer_id=viewer, now=self.now, **page).entries]

    def older(self, viewer: UUID, *, limit: int = 20) -> list[UUID]:
        """Walk home from the newest page to the end; return all ids in the order in which they came."""
        found, page = [], selectors.home(viewer_id=viewer, now=self.now, limit=limit)
        while True:
            found += [shown.entry.id for shown in page.entries]
            if page.older is None:
                return found
            assert page.entries, "only the last page is empty"
            page = selectors.home(viewer_id=viewer, now=self.now, limit=limit, before=page.older)

    def newer(self, viewer: UUID, *, limit: int = 20) -> list[UUID]:
        """Walk home from the first post ever to the newest; return all ids, newest first."""
        found: list[UUID] = []
        after = NIL
        while True:
            page = selectors.home(viewer_id=viewer, now=self.now, limit=limit, after=after)
            found = [shown.entry.id for shown in page.entries] + found
            if page.newer is None:
                return found
            assert page.entries, "only the last page is empty"
            after = page.newer

    def is_right(self, viewer: UUID) -> bool:
        """Say whether what is stored for the viewer is what the oracle says."""
        return checking.check(owner=viewer, now=self.now) is None

    def sweep(self) -> None:
        """Let the sweeper repeat what is pending."""
        sweeper.sweep(now=self.tick(5))

    def wrong(self) -> list[checking.Wrong]:
        """Return every stored timeline that is not what the oracle says."""
        found = (checking.check(owner=owner, now=self.now) for owner in set(checking.owners(now=self.now)))
        return [wrong for wrong in found if wrong]
