"""Which servers the settings name, and what for."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.module_loading import import_string

from apps.journal.handler import journal
from apps.timelines.handler import timelines

from .backends.base import Probe, Store
from .nodes import Node, Place, State

TITLES = {
    "redis": "Redis",
    "rediss": "Redis",
    "mongodb": "MongoDB",
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "cassandra": "Cassandra",
    "amqp": "RabbitMQ",
    "http": "Varnish",
}
CACHES = {"sessions": "sessions", "ratelimit": "limits", "fragments": "rendered posts"}
"""What caches are for, by alias; others hold little."""
SPARE: dict[str, Callable[[int], int]] = {
    "mongodb": lambda n: (n - 1) // 2,
    "cassandra": lambda n: min((n - 1) // 2, 1),
}
"""How many of n nodes may be away and all goes on: of a replica set less than half, of three copies of a row one."""


def ask(place: Place, store: Store, *, within: float) -> Sequence[Node]:
    """Return the nodes of a store, each asked for well within so many seconds. Raises where nothing of it answers."""
    path = settings.PROBES.get("queue" if place is Place.QUEUE else store.scheme)
    if path is None:
        return [Node(store.name, State.UNKNOWN, note=f"PROBES names nobody who could ask {store.scheme}")]
    probe: Probe = import_string(path)
    return probe(store, timeout=0.8 * within)


def rows() -> Store:
    """Return the database that pages are read from."""
    return Store(_address_of(DEFAULT_DB_ALIAS), "posts")


def named() -> Iterator[tuple[Place, Store]]:
    """Yield every server that the settings name, once for each thing that it serves."""
    yield from _stores()
    yield from _caches_in_front()
    yield from _broker()


def _stores() -> Iterator[tuple[Place, Store]]:
    yield from ((Place.STORE, store) for store in _databases())
    if timelines().servers:
        yield Place.STORE, Store(",".join(timelines().servers), "timelines")
    caches: dict[str, dict[str, Any]] = settings.CACHES
    for alias, chosen in caches.items():
        location = chosen.get("LOCATION", "")
        url = location if isinstance(location, str) else ",".join(location)
        if "://" in url:
            yield Place.STORE, Store(url, CACHES.get(alias, ""))


def _databases() -> Iterator[Store]:
    for alias in settings.DATABASES:
        serves = ["people", "posts"] if alias == DEFAULT_DB_ALIAS else []
        serves += ["journal"] * (alias == journal().database)
        serves += ["timelines"] * (alias == DEFAULT_DB_ALIAS and not timelines().servers)
        yield from (Store(_address_of(alias), what, alias) for what in serves or [""])


def _address_of(alias: str) -> str:
    """Return where a database is, as a URL without a password, unless the settings give one."""
    chosen, vendor = settings.DATABASES[alias], connections[alias].vendor
    host = str(chosen.get("HOST") or "")
    if "://" in host:
        return host
    name, several = connections[alias].settings_dict["NAME"], "," in host
    if several:  # A cluster: the probe finds each node.
        return f"{vendor}://{host}"
    return f"{vendor}://{host}:{chosen['PORT']}" if chosen.get("PORT") else f"{vendor}://{host or name}"


def _caches_in_front() -> Iterator[tuple[Place, Store]]:
    yield from ((Place.CACHE, Store(url, "shared pages")) for url in settings.PURGE_URLS)


def _broker() -> Iterator[tuple[Place, Store]]:
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        yield Place.QUEUE, Store(settings.CELERY_BROKER_URL, "jobs")
