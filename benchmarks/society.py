"""Many people and posts, as rows as the projectors leave them: what is measured is reading, not loading."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from rich.progress import track

from apps.accounts.models import User
from apps.accounts.names import name_key
from apps.accounts.projectors import PERSON
from apps.core import folds, ids
from apps.core.folds import batched
from apps.journal import projection
from apps.journal.activities import Activity, Verb
from apps.posts import activities as acts
from apps.posts.activities import Content
from apps.posts.values import Audience

AUTHORS = 5_000
FOLLOWEES = (10, 1_000, 5_000)
QUIET = 10
NOW = datetime.now(UTC)
_START = NOW - timedelta(days=300)


@dataclass(frozen=True)
class Society:
    """5,000 authors, who write the less the later they come; readers who follow the first 10, 1,000 or all of them, by
    that number; and one who follows the ten quietest.
    """

    authors: tuple[UUID, ...]
    readers: dict[int, User]
    of_quiet: User


def people() -> Society:
    chance = random.Random(1)
    book: list[Activity] = []
    authors = [_join(book, chance, at, f"author_{at}") for at in range(AUTHORS)]
    readers = {count: _join(book, chance, AUTHORS + count, f"reader_{count}") for count in FOLLOWEES}
    of_quiet = _join(book, chance, 2 * AUTHORS, "reader_of_quiet")
    for part in batched([*authors, *readers.values(), of_quiet], 500):
        User.objects.bulk_create(part)
    for count, reader in readers.items():
        book += [_act(chance, _START, reader.pk, Verb.FOLLOW, a.pk, approved=True) for a in authors[:count]]
    book += [_act(chance, _START, of_quiet.pk, Verb.FOLLOW, a.pk, approved=True) for a in authors[-QUIET:]]
    fold(book)
    return Society(tuple(author.pk for author in authors), readers, of_quiet)


def _join(book: list[Activity], chance: random.Random, at: int, name: str) -> User:
    id = ids.at_tick(ids.tick_at(_START - timedelta(days=1, seconds=-at)), random=chance.getrandbits(62))
    book.append(
        Activity(
            id, id, Verb.CREATE, id, {"v": 1, "type": PERSON, "username": name, "display_name": name.title(), "bio": "",
             "links": [], "locked": False},
        )
    )  # fmt: skip
    user = User(id=id, username=name, username_key=name_key(name), date_joined=_START)
    user.set_unusable_password()
    return user


def _act(chance: random.Random, moment: datetime, actor: UUID, verb: Verb, thing: UUID, **payload: object) -> Activity:
    id = ids.at_tick(ids.tick_at(moment), random=chance.getrandbits(62))
    return Activity(id, actor, verb, thing, {"v": 1, **payload})


def posts(authors: tuple[UUID, ...], *, first: int, last: int, total: int) -> Iterator[Activity]:
    """Yield the posts ``first`` … ``last`` of ``total``: few authors write much, the newest in a random order."""
    chance = random.Random(first)
    span = (NOW - timedelta(hours=1) - _START) / max(total, 1)
    for at in range(first, last):
        author = authors[int(math.exp(chance.random() * math.log(len(authors)))) - 1]
        tick = ids.tick_at(_START + span * at)
        id, post = (ids.at_tick(tick, random=chance.getrandbits(62)) for _ in range(2))
        words = f"Post {at}, of some two hundred characters, as people write them. " + "Leaves yes, rain no. " * 7
        content = Content(words, Audience.PUBLIC, (), (), "en")
        yield acts.create(id=id, actor_id=author, post_id=post, content=content, pushed=True)


def fold(activities: list[Activity]) -> None:
    """Write the rows of ``activities``, in bulk."""
    for part in track(list(batched(activities, 2_000)), "rows", transient=True):
        folds.apply_many(fold for activity in part for fold in projection.row_folds(activity))
