"""``manage.py check --tag scaling``: what gives first on the set-up that is running, in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, register
from django.db import connections

from apps.journal.services import rows_may_wait

TAG = "scaling"

_asked: ContextVar[bool] = ContextVar("scaling_asked", default=False)


@contextmanager
def asked() -> Iterator[None]:
    """Let the checks speak: they describe, so nobody wants them before every other command."""
    token = _asked.set(True)
    try:
        yield
    finally:
        _asked.reset(token)


@dataclass(frozen=True)
class Bottleneck:
    """``part`` of the architecture gives: what of it, in a sentence, and what removes that."""

    id: str
    part: str
    sentence: str
    remedy: str


@register(TAG)
def bottlenecks(**_: Any) -> list[CheckMessage]:
    """Return every bottleneck that the settings show, the first to give first."""
    return [Info(one.sentence, hint=one.remedy, id=one.id) for one in named()] if _asked.get() else []


def named() -> list[Bottleneck]:
    """Return them as values: ``part`` is ``web``, ``database`` or, where no single part gives, ``place``."""
    return [*_sessions(), *_cache(), *_database(), *_place(), *_jobs()]


def _in_memory(alias: str) -> bool:
    return "locmem" in str(settings.CACHES.get(alias, {}).get("BACKEND", ""))


def _sessions() -> Iterator[Bottleneck]:
    if settings.SESSION_ENGINE.endswith("cache") and _in_memory(settings.SESSION_CACHE_ALIAS):
        yield Bottleneck(
            "scaling.I001",
            "web",
            "The server is stateful: sessions and rate limits are in the memory of one process.",
            "A restart logs everybody out, and a second process would at random. Run one process with threads;"
            " settings.cheetah keeps sessions in Redis, so that any number of servers answers.",
        )


def _cache() -> Iterator[Bottleneck]:
    if _in_memory("fragments"):
        yield Bottleneck(
            "scaling.I002",
            "web",
            "Rendered posts are cached in the process: each restart renders them anew, and nobody shares them.",
            "On one server that is the fastest way. settings.cheetah shares them in Redis.",
        )


_DATABASES = {
    "sqlite": (
        "One file on one disk takes every write, one at a time.",
        "Good for thousands of people. DATABASE_URL moves kitten to PostgreSQL or MariaDB; settings.big_cat reads from MongoDB.",
    ),
    "mongodb": (
        "One MongoDB takes every read and every write: accepting, projecting and fan-out share its disk.",
        "settings.cheetah takes timelines and sessions off it into Redis; settings.tiger writes to a Cassandra cluster.",
    ),
}
_RELIEVED = (
    "One MongoDB takes every write, and every read that Redis does not answer.",
    "settings.tiger writes to a Cassandra cluster and reads from a replica set: no single server is left.",
)
_ONE_PRIMARY = (
    "One MongoDB primary writes every row, and answers every read that must not be late.",
    "Give it fast disks, then shard it: each hot query names its shard key (decision 15).",
)
_ONE_PLACE = (
    "Every server is in one place: whoever is far away waits for the distance, and its power cut is everybody's.",
    "Any server may die, and each cluster grows by a node. settings.lion puts edges around the world.",
)
_ONE_SERVER = (
    "One SQL server takes every read and every write.",
    "Give it memory and a fast disk first; settings.big_cat reads from MongoDB.",
)


def _database() -> Iterator[Bottleneck]:
    vendor = connections["default"].vendor
    message, hint = _DATABASES.get(vendor, _ONE_SERVER)
    if vendor == "mongodb" and not str(settings.TIMELINES["BACKEND"]).endswith("orm.Timelines"):
        message, hint = _ONE_PRIMARY if rows_may_wait() else _RELIEVED
    yield Bottleneck("scaling.I003", "database", message, hint)


def _place() -> Iterator[Bottleneck]:
    if rows_may_wait():
        yield Bottleneck("scaling.I005", "place", *_ONE_PLACE)


def _jobs() -> Iterator[Bottleneck]:
    if settings.CELERY_TASK_ALWAYS_EAGER:
        yield Bottleneck(
            "scaling.I004",
            "web",
            f"Jobs run in the web process: a post is pushed to up to {settings.PUSH_LIMIT:,} followers by the server that"
            " answers people.",
            "Above that, readers merge it. settings.cheetah has workers of its own.",
        )
