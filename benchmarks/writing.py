"""What taking an activity costs beside a bare insert of the same row, and how fast the journal is replayed."""

import random
import time
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from uuid import UUID

from django.core.management import call_command
from django.utils.timezone import now as clock

from apps.core import ids
from apps.journal import services
from apps.journal.activities import Activity, Verb
from apps.journal.backends.orm.models import ActivityRow
from apps.journal.handler import journal
from apps.posts.services import publish
from apps.posts.values import Audience
from apps.tiers.demo.graph import Crowd
from apps.tiers.demo.loading import load

from .report import Row, known
from .timing import Cost, compare


def appends(actor: UUID, other: UUID) -> Iterator[Row]:
    """Measure rates: of a bare insert, of the journal alone, and of a follow that was accepted with all its jobs."""
    chance = random.Random(3)

    def made(id: UUID, now: datetime) -> Activity:
        return Activity(id, actor, Verb.FOLLOW, other, {"v": 1, "approved": True})

    def bare() -> None:
        row = made(ids.mint(now=clock()), clock())
        ActivityRow(row.id, row.actor_id, row.verb, row.object_id, row.payload).save(force_insert=True)

    def append() -> None:
        journal().append([made(ids.mint(now=clock()), clock())])

    def accept(key: str | None = None) -> None:
        now = clock()
        services.accept(actor_id=actor, build=lambda id: made(id, now), now=now, key=key, body="a" if key else None)

    costs = compare(
        {"bare": bare, "append": append, "accept": accept, "keyed": lambda: accept(f"{chance.getrandbits(64):x}")}
    )
    for name, what in (
        ("append", "journal append"),
        ("accept", "accepted follow with its row, counts and drop"),
        ("keyed", "the same with an idempotency key"),
    ):
        yield Row(f"{what}, per s ÷ bare inserts per s", _rate(costs[name]), _rate(costs["bare"]), "per s")


def posts(author: UUID, profile: str) -> Iterator[Row]:
    """Measure how many posts a process takes, one after the other; from cheetah on the floor is cheetah's last run."""

    def post() -> None:
        publish(author_id=author, text="Leaves yes, rain no.", audience=Audience.PUBLIC, now=clock())

    cost = compare({"post": post})["post"]
    for what, ours, unit in (
        ("posts accepted by one process", _rate(cost), "per s"),
        ("CPU of an accepted post, of the stores too", cost.cpu, "µs"),
    ):
        yield Row(what, ours, None if profile == "cheetah" else known("cheetah", "posts", what), unit)


def _rate(cost: Cost) -> float:
    return 1e6 / cost.wall


def replaying(*, follows: int, posts: int) -> Iterator[Row]:
    """Measure ``replay --verify`` on a journal of so many activities, beside a bare scan of it."""
    now = clock()
    crowd = Crowd([(at, at + 1 + at % 7) for at in range(follows // 2)], posts=posts, now=now).build()
    started = time.perf_counter()
    load(crowd.book, crowd.users, now=now, progress=lambda what, done: None)
    loading = time.perf_counter() - started
    started = time.perf_counter()
    count = sum(1 for _ in journal().scan())
    scan = time.perf_counter() - started
    started = time.perf_counter()
    call_command("replay", verify=True, stdout=StringIO())
    replay = time.perf_counter() - started
    yield Row("loading in bulk through the journal", len(crowd.book.activities) / loading, None, "per s")
    yield Row("replay --verify ÷ a bare scan", count / replay, count / scan, "per s")
