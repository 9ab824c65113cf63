"""Web servers and workers, by what they last said of themselves, and the proxy before them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.conf import settings

from .nodes import Node, Part, Place, State
from .presence import WEB, WORKER, Word
from .stores import CACHES


def proxy(forwarded: bool) -> Iterator[Part]:
    """Yield the proxy that the settings trust; whether it is there shows only in what it brings."""
    if settings.TRUSTED_PROXIES:
        note = "brought this page" if forwarded else "this page came past it"
        node = Node("in front", State.WELL if forwarded else State.UNKNOWN, note=note)
        yield Part("proxy", Place.PROXY, "Proxy", ("ends TLS",), (node,))


def parts(words: Iterable[Word], now: datetime, *, unheard: bool) -> Iterator[Part]:
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
    caches = [name for alias, name in CACHES.items() if "locmem" in str(settings.CACHES.get(alias, {}).get("BACKEND"))]
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
