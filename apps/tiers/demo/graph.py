"""A crowd from an edge list: numbered people who follow each other, with posts spread over them."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.journal.activities import Verb
from apps.posts import activities as acts
from apps.posts.activities import Content
from apps.posts.values import Audience

from .loading import Book, spread
from .society import _tags
from .texts import SAID

_SPAN = timedelta(days=30)
_MOST_POSTS = 10_000_000
Edge = tuple[int, int]


def edges_of(path: Path) -> list[Edge]:
    """Return the edges of a file, one of two numbers a line; a line that begins with ``#`` or ``%`` is left out."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path} can't be read as a text file: {error}") from error
    found = [_edge(line, at) for at, line in enumerate(lines, 1) if line.strip() and line[0] not in "#%"]
    if not found:
        raise Refused(f"{path} holds no edges. Each line names two people by number, such as `1 2`.")
    return found


def _edge(line: str, at: int) -> Edge:
    words = line.replace(",", " ").split()
    if len(words) < 2 or not (words[0].isdecimal() and words[1].isdecimal()):
        raise Refused(f"line {at} is {line[:60]!r}, not two numbers such as `1 2`.")
    return int(words[0]), int(words[1])


class Crowd:
    """Numbered people; an edge means that both follow each other."""

    def __init__(self, edges: Iterable[Edge], *, posts: int, now: datetime) -> None:
        if not 0 <= posts <= _MOST_POSTS:
            raise Refused(f"--posts {posts} is not between 0 and {_MOST_POSTS:,}.")
        self.chance = random.Random("crowd")  # noqa: S311 - the same crowd at every start
        self.book = Book(self.chance)
        self.edges, self.posts, self.now = list(edges), posts, now
        self.by_number: dict[int, User] = {}

    @property
    def users(self) -> list[User]:
        return list(self.by_number.values())

    def build(self) -> "Crowd":
        start = self.now - _SPAN
        for at, number in enumerate(sorted({number for edge in self.edges for number in edge})):
            moment = start - timedelta(days=2) + timedelta(seconds=at)
            self.by_number[number] = self.book.join(moment, f"person_{number}", name=f"Person {number}")
        for at, (one, other) in enumerate(self.edges):
            moment = start - timedelta(days=1) + timedelta(milliseconds=40 * at)
            for follower, followed in ((one, other), (other, one)):
                people = self.by_number[follower].pk, Verb.FOLLOW, self.by_number[followed].pk
                self.book.add(moment, *people, approved=True)
        self._talk(start)
        return self

    def _talk(self, start: datetime) -> None:
        people = self.users
        for moment in spread(self.chance, self.posts, start=start, end=self.now - timedelta(minutes=1)):
            author = self.chance.choice(people).pk
            words = self.chance.choice(SAID["en"])
            content = Content(words, Audience.PUBLIC, (), _tags(words), "en")
            id, post_id = self.book.id_at(moment), self.book.id_at(moment)
            self.book.activities.append(
                acts.create(id=id, actor_id=author, post_id=post_id, content=content, pushed=True)
            )
