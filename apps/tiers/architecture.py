"""The architecture that is running, made from the settings, and how each part of it is right now.

What the settings name is asked, each behind its own deadline; which servers and workers there are, those say themselves.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.module_loading import import_string

from apps.journal import heartbeat
from apps.journal.handler import journal
from apps.timelines.handler import timelines

from . import presence, scaling
from .backends.base import Probe, Store
from .nodes import Node, Part, Place, State
from .presence import WEB, WORKER, Word
from .probing import NoAnswer, side_by_side

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
_CACHES = {"sessions": "sessions", "ratelimit": "limits", "fragments": "rendered posts"}
"""What caches are for, by alias; others hold little."""


@dataclass(frozen=True)
class Look:
    """What was seen at a moment: every part, the sweeper's last round, and what gives first."""

    at: datetime
    parts: tuple[Part, ...]
    round: heartbeat.Round | None
    bottlenecks: tuple[scaling.Bottleneck, ...]

    def at_place(self, *places: Place) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.place in places)

    @property
    def troubled(self) -> tuple[Part, ...]:
        """Return the parts of which something does not answer."""
        return tuple(part for part in self.parts if not part.is_whole)


def look(*, now: datetime, forwarded: bool) -> Look:
    """Ask every part how it is, side by side. ``forwarded``: this very request came through a proxy that is trusted."""
    stores = [*_stores(), *_caches_in_front(), *_broker()]
    grouped: dict[tuple[Place, str], list[Store]] = {}
    for place, store in stores:
        grouped.setdefault((place, store.server), []).append(store)
    calls = {f"{place}:{server}": partial(_probe, place, found[0]) for (place, server), found in grouped.items()}
    asked: dict[str, Callable[[], Any]] = {**calls, "presence": presence.present, "sweeper": heartbeat.last}
    said: dict[str, Any] = side_by_side(asked)
    words, heard = said.pop("presence"), said.pop("sweeper")
    parts = [
        *_proxy(forwarded),
        *(_part(place, found, said[f"{place}:{server}"]) for (place, server), found in grouped.items()),
        *_processes(() if isinstance(words, NoAnswer) else words, now, unheard=isinstance(words, NoAnswer)),
    ]
    named = tuple(scaling.named())
    marked = _mark_first(_one_cache(parts), named)
    in_order = sorted(marked, key=lambda part: list(Place).index(part.place))
    return Look(now, tuple(in_order), None if isinstance(heard, NoAnswer) else heard, named)


def _probe(place: Place, store: Store) -> Sequence[Node]:
    path = settings.PROBES.get("queue" if place is Place.QUEUE else store.scheme)
    if path is None:
        return [Node(store.name, State.UNKNOWN, note=f"PROBES names nobody who could ask {store.scheme}")]
    probe: Probe = import_string(path)
    return probe(store, timeout=settings.PROBE_SECONDS * 0.8)


def _stores() -> Iterator[tuple[Place, Store]]:
    yield from ((Place.STORE, store) for store in _databases())
    if timelines().servers:
        yield Place.STORE, Store(",".join(timelines().servers), "timelines")
    caches: dict[str, dict[str, Any]] = settings.CACHES
    for alias, chosen in caches.items():
        location = chosen.get("LOCATION", "")
        url = location if isinstance(location, str) else ",".join(location)
        if "://" in url:
            yield Place.STORE, Store(url, _CACHES.get(alias, ""))


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


def _part(place: Place, found: list[Store], said: Sequence[Node] | NoAnswer) -> Part:
    store = found[0]
    nodes = (Node(store.name, State.DEAD, note=str(said)),) if isinstance(said, NoAnswer) else tuple(said)
    title = TITLES.get(store.scheme, store.scheme.title())
    serves = tuple(dict.fromkeys(one.serves for one in found if one.serves))
    if place is Place.QUEUE:
        return Part(f"{place}:{store.server}", place, "Queue", (f"jobs, in {title}",), nodes)
    return Part(f"{place}:{store.server}", place, title, serves, nodes)


def _one_cache(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts with all caches in front as one: each holds the same."""
    caches: list[Part] = []
    for part in parts:
        if part.place is Place.CACHE:
            caches.append(part)
        else:
            yield part
    if caches:
        yield replace(caches[0], nodes=tuple(node for part in caches for node in part.nodes))


def _proxy(forwarded: bool) -> Iterator[Part]:
    if settings.TRUSTED_PROXIES:
        note = "brought this page" if forwarded else "this page came past it"
        node = Node("in front", State.WELL if forwarded else State.UNKNOWN, note=note)
        yield Part("proxy", Place.PROXY, "Proxy", ("ends TLS",), (node,))


def _processes(words: Iterable[Word], now: datetime, *, unheard: bool) -> Iterator[Part]:
    """Yield the web servers and the workers, by what they last said. A server is all processes of one parent."""
    kept, words = _kept_in_memory(), list(words)
    serving = next((word.software for word in words if word.kind == WEB), "Web server")
    yield Part("web", Place.WEB, serving, kept or ("keeps nothing",), _servers(words, WEB, now, unheard))
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        yield Part(
            "worker", Place.WORKER, "Celery", ("fan-out", "counts", "purges"), _servers(words, WORKER, now, unheard)
        )


def _kept_in_memory() -> tuple[str, ...]:
    """Return what lies in the memory of the process."""
    caches = [name for alias, name in _CACHES.items() if "locmem" in str(settings.CACHES.get(alias, {}).get("BACKEND"))]
    return tuple(caches + ["jobs"] * bool(settings.CELERY_TASK_ALWAYS_EAGER))


def _servers(words: Iterable[Word], kind: str, now: datetime, unheard: bool) -> tuple[Node, ...]:
    grouped: dict[tuple[str, int], list[Word]] = {}
    for word in words:
        if word.kind == kind:
            grouped.setdefault((word.host, word.parent), []).append(word)
    if not grouped:
        note = "what servers say of themselves can't be read" if unheard else "none has said that it is there"
        dead = State.UNKNOWN if unheard else State.DEAD
        return (Node("none" if not unheard else "not known", dead, note=note),)
    return tuple(_server(*at, group, now) for at, group in sorted(grouped.items()))


def _server(host: str, parent: int, words: Sequence[Word], now: datetime) -> Node:
    alive = [word for word in words if word.is_alive(now)]
    name = f"{host} {parent}"
    if not alive:
        heard = max(word.heard for word in words)
        return Node(name, State.DEAD, note=f"last heard of at {heard:%H:%M:%S}")
    p99 = max((word.requests.p99 for word in alive if word.requests.p99 is not None), default=None)
    if alive[0].kind == WORKER:
        return Node(name, memory=sum(word.memory or 0 for word in alive) or None)
    lost = len(words) - len(alive)
    return Node(
        name,
        note=f"{len(alive)} process{'es' * (len(alive) > 1)}{f', {lost} lost' if lost else ''}",
        per_second=sum(word.requests.per_second for word in alive),
        p99=p99,
        memory=sum(word.memory or 0 for word in alive) or None,
    )


def _mark_first(parts: Iterable[Part], named: Sequence[scaling.Bottleneck]) -> Iterator[Part]:
    """Mark the part that gives first."""
    first = named[0].part if named else ""
    for part in parts:
        is_database = part.place is Place.STORE and "posts" in part.serves
        yield replace(part, gives_first=first == ("database" if is_database else part.place.value))


def counted(parts: Iterable[Part]) -> Mapping[State, int]:
    """Return how many nodes are in each state."""
    states = [node.state for part in parts for node in part.nodes]
    return {state: states.count(state) for state in State}
