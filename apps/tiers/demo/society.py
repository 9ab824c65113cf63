"""The little society: who follows whom, and what was said when. The same at every start, ending now."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from apps.accounts.models import User
from apps.journal.activities import Activity, Verb
from apps.posts import activities as acts
from apps.posts import text as texts
from apps.posts.activities import Content
from apps.posts.values import Audience

from .loading import Book, spread
from .people import PEOPLE, Person
from .texts import ANSWERS, SAID

POSTS = 600
_SPAN = timedelta(days=6)
_REPLIES, _REPOSTS, _LIKES = 0.36, 0.05, 6


class Society:
    """Sixty people by a river."""

    def __init__(self, now: datetime) -> None:
        self.chance = random.Random("prowl")  # noqa: S311 - the same people at every start
        self.book = Book(self.chance)
        self.now, self.start = now, now - _SPAN
        self.users: list[User] = []
        self.said: list[tuple[Activity, Person]] = []

    def build(self) -> "Society":
        self._join()
        self._follow()
        self._talk()
        self._like()
        return self

    def _join(self) -> None:
        for at, person in enumerate(PEOPLE):
            moment = self.start - timedelta(days=30, seconds=-at)
            bio, name = person.bio, person.name
            self.users.append(self.book.join(moment, person.username, name=name, bio=bio, locked=person.locked))

    def _follow(self) -> None:
        """Everybody follows a handful, the first person many; requests to locked people are mostly accepted."""
        moment = self.start - timedelta(days=29)
        for at, user in enumerate(self.users):
            others = [n for n in range(len(PEOPLE)) if n != at]
            for number in self.chance.sample(others, 34 if at == 0 else self.chance.randint(6, 24)):
                moment += timedelta(seconds=20)
                self._follow_one(moment, user.pk, number)
        loud, first = self.users[-3].pk, self.users[0].pk
        self.book.add(self.start, first, Verb.BLOCK, self.users[-1].pk)
        self.book.add(self.start, first, Verb.MUTE, loud, until=(self.now + timedelta(days=7)).isoformat())

    def _follow_one(self, moment: datetime, follower: UUID, number: int) -> None:
        person, followed = PEOPLE[number], self.users[number].pk
        asked = self.book.add(moment, follower, Verb.FOLLOW, followed, approved=not person.locked)
        if person.locked and self.chance.random() < 0.7:
            self.book.add(moment + timedelta(minutes=5), followed, Verb.ACCEPT, follower, follow=asked.id.hex)

    def _talk(self) -> None:
        for moment in spread(self.chance, POSTS, start=self.start, end=self.now - timedelta(minutes=4)):
            recent = self.said[-60:]
            dice = self.chance.random()
            if recent and dice < _REPLIES:
                self._say(moment, parent=self.chance.choice(recent))
            elif recent and dice < _REPLIES + _REPOSTS:
                self._repost(moment, self.chance.choice(recent)[0])
            else:
                self._say(moment)

    def _say(self, moment: datetime, parent: tuple[Activity, Person] | None = None) -> None:
        number = self.chance.randrange(len(PEOPLE))
        person, author = PEOPLE[number], self.users[number].pk
        pool = ANSWERS if parent else SAID
        lang = person.lang
        if parent and parent[1].lang in ANSWERS and self.chance.random() < 0.5:
            lang = parent[1].lang
        words = self.chance.choice(pool[lang])
        named: tuple[UUID, ...] = ()
        if parent and self.chance.random() < 0.4:
            words, named = f"@{parent[1].username} {words}", (parent[0].actor_id,)
        self._post(moment, person, author, Content(words, self._audience(parent), named, _tags(words), lang), parent)

    def _audience(self, parent: tuple[Activity, Person] | None) -> Audience:
        if parent:
            return Audience(parent[0].payload["audience"])
        weights = (90, 4, 6)
        return self.chance.choices((Audience.PUBLIC, Audience.UNLISTED, Audience.FOLLOWERS), weights)[0]

    def _post(
        self, moment: datetime, person: Person, author: UUID, content: Content, parent: tuple[Activity, Person] | None
    ) -> None:
        id = self.book.id_at(moment)
        post_id = self.book.id_at(moment)
        made = acts.create(id=id, actor_id=author, post_id=post_id, content=content, pushed=True)
        if parent:
            above = parent[0]
            made.payload.update(  # type: ignore[attr-defined]
                parent=above.object_id.hex, thread=above.payload["thread"], person=above.actor_id.hex
            )
        self.book.activities.append(made)
        self.said.append((made, person))

    def _repost(self, moment: datetime, post: Activity) -> None:
        if post.payload["audience"] > Audience.UNLISTED:
            return
        number = self.chance.randrange(len(PEOPLE))
        self.book.activities.append(
            acts.announce(
                id=self.book.id_at(moment),
                actor_id=self.users[number].pk,
                repost_id=self.book.id_at(moment),
                post_id=post.object_id,
                author_id=post.actor_id,
                pushed=True,
            )
        )

    def _like(self) -> None:
        for post, _ in self.said:
            fans = self.chance.sample(range(len(PEOPLE)), min(int(self.chance.expovariate(1 / _LIKES)), len(PEOPLE)))
            for at, number in enumerate(fans):
                moment = min(post.moment + timedelta(minutes=7 * (at + 1)), self.now - timedelta(seconds=at + 1))
                self.book.activities.append(
                    acts.like(id=self.book.id_at(moment), actor_id=self.users[number].pk, post_id=post.object_id)
                )


def _tags(words: str) -> tuple[str, ...]:
    return texts.references(words)[1]
