"""The people of DeathStarBench's social network: the friendships of Reed98, or generated ones of the same shape, and
0–20 posts by each. The same at every run.
"""

import random
import string
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from statistics import NormalDist
from uuid import UUID

from apps.accounts.models import User
from apps.core.folds import batched
from apps.core.ids import key_of
from apps.graph.models import Count, Pair
from apps.graph.projectors import pair_key
from apps.graph.selectors import FOLLOWERS, FOLLOWING
from apps.posts import activities as acts
from apps.posts.activities import Content
from apps.posts.values import Audience
from apps.tiers.demo.graph import Edge, edges_of
from apps.tiers.demo.loading import Book, spread

from . import society

_SPAN = timedelta(days=30)
PEOPLE, FRIENDSHIPS, MOST_FRIENDS = 962, 18_812, 313
_MEDIAN, _SPREAD = 29, 0.77
"""Reed98's degrees are log-normal: median 29, mean 39, nine in ten at most 87, 99 in 100 at most 157."""
MOST_POSTS, LENGTH, MOST_NAMED = 20, 256, 6
_AUDIENCES = (Audience.PUBLIC, Audience.UNLISTED, Audience.FOLLOWERS)
_HOW_MANY = (85, 5, 10)


def edges(path: Path | None = None) -> list[Edge]:
    """Return the friendships of an edge list, or generated ones."""
    return edges_of(path) if path else generated()


def generated() -> list[Edge]:
    """Draw friendships so that each person has about as many as one of Reed98 has (Chung and Lu, 2002)."""
    chance = random.Random("network")
    quantile = NormalDist().inv_cdf
    weights = [
        min(MOST_FRIENDS, _MEDIAN * 2.718 ** (_SPREAD * quantile((at + 0.5) / PEOPLE))) * 1.04 for at in range(PEOPLE)
    ]
    chance.shuffle(weights)
    summed, found = list(accumulate(weights)), set[Edge]()
    while len(found) < FRIENDSHIPS:
        one, other = chance.choices(range(PEOPLE), cum_weights=summed, k=2)
        if one != other:
            found.add((min(one, other), max(one, other)))
    return sorted(found)


class Words:
    """Texts as the benchmark's: 256 random characters, 1–6 people mentioned, 1–6 links."""

    def __init__(self, chance: random.Random, names: list[str]) -> None:
        self.chance, self.names = chance, names

    def text(self) -> tuple[str, list[int]]:
        """Return a text, and who of ``names`` is mentioned in it."""
        named = self.chance.sample(range(len(self.names)), self.chance.randint(1, MOST_NAMED))
        links = [f"https://ex.org/{self._letters(5)}" for _ in range(self.chance.randint(1, MOST_NAMED))]
        return " ".join([self._letters(LENGTH), *(f"@{self.names[at]}" for at in named), *links]), named

    def _letters(self, length: int) -> str:
        return "".join(self.chance.choices(string.ascii_letters + string.digits + "     ", k=length)).strip() or "-"


class Network:
    """Everybody follows their friends. One post in seven is not public; one friendship in twenty is muted."""

    def __init__(self, path: Path | None, *, now: datetime, most_posts: int = MOST_POSTS) -> None:
        self.chance = random.Random("people")
        self.book, self.now = Book(self.chance), now
        friends = edges(path)
        self.people = [self._join(number) for number in sorted({number for edge in friends for number in edge})]
        by_number = {int(user.username.removeprefix("person_")): user.pk for user in self.people}
        self.friendships = [(by_number[one], by_number[other]) for one, other in friends]
        self.written: dict[UUID, list[UUID]] = {user.pk: [] for user in self.people}
        """Ids of each author's posts, oldest first."""
        self._talk(most_posts)

    def _join(self, number: int) -> User:
        moment = self.now - _SPAN - timedelta(days=2, seconds=-number)
        return self.book.join(moment, f"person_{number}", name=f"Person {number}")

    def _talk(self, most_posts: int) -> None:
        words = Words(self.chance, [user.username for user in self.people])
        authors = [user.pk for user in self.people for _ in range(self.chance.randint(0, most_posts))]
        self.chance.shuffle(authors)
        moments = spread(self.chance, len(authors), start=self.now - _SPAN, end=self.now - timedelta(minutes=1))
        for author, moment in zip(authors, moments, strict=True):
            text, named = words.text()
            mentions = tuple(self.people[at].pk for at in named)
            content = Content(text, self.chance.choices(_AUDIENCES, _HOW_MANY)[0], mentions, (), "en")
            id, post = self.book.id_at(moment), self.book.id_at(moment)
            made = acts.create(id=id, actor_id=author, post_id=post, content=content, pushed=True)
            self.book.activities.append(made)
            self.written[author].append(post)

    def reader(self) -> User:
        """Return somebody who follows about as many as most do, and so has full pages."""
        friends = self.friends()
        return sorted(self.people, key=lambda user: (len(friends[user.pk]), user.pk))[len(self.people) * 6 // 10]

    def friends(self) -> dict[UUID, list[UUID]]:
        """Return whom each person follows, and is followed by."""
        found: dict[UUID, list[UUID]] = {user.pk: [] for user in self.people}
        for one, other in self.friendships:
            found[one].append(other)
            found[other].append(one)
        return found


def load(path: Path | None, *, now: datetime, most_posts: int = MOST_POSTS) -> Network:
    """Store the network as the projectors leave it; nothing of it is in the journal, nothing pending."""
    network = Network(path, now=now, most_posts=most_posts)
    for people in batched(network.people, 500):
        User.objects.bulk_create(people)
    society.fold(network.book.activities)
    pairs = [_pair(network, at, *friends) for at, friends in enumerate(network.friendships)]
    for part in batched(pairs, 2_000):
        Pair.objects.bulk_create(part)
    counts = [
        Count(key_of(id, kind), object=id, kind=kind, asked=1, done=1, value=len(friends))
        for id, friends in network.friends().items()
        for kind in (FOLLOWERS, FOLLOWING)
    ]
    Count.objects.bulk_create(counts)
    return network


def _pair(network: Network, at: int, one: UUID, other: UUID) -> Pair:
    """Return the row of two people who follow each other."""
    moment = network.now - _SPAN - timedelta(days=1, milliseconds=-40 * at)
    by_low, by_high = network.book.id_at(moment), network.book.id_at(moment)
    row = Pair(pair_key(one, other), low=min(one, other), high=max(one, other), a_following=True, b_following=True)
    row.a_follow = row.a_granted = by_low
    row.b_follow = row.b_granted = by_high
    if at % 20 == 0:
        row.a_mute, row.a_muted = by_low, True
    return row
