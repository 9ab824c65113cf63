"""Ways to harm a running tier, and to heal it. Each works on parts by name, with real signals."""

import fnmatch
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import redis

from deploy.bin.tier import Part, Tier
from deploy.bin.tier.parts import mongodb
from tests.waiting import wait_until

from . import versions
from .harming import POISON
from .undone import LastSecond

if TYPE_CHECKING:
    from .rush import Rush

Harm = Callable[["Rush"], AbstractContextManager[None]]


@contextmanager
def nothing(rush: "Rush") -> Iterator[None]:
    yield


def nodes(tier: Tier, pattern: str) -> list[Part]:
    """Return the parts that are called so; ``*`` stands for anything."""
    return [tier.parts[name] for name in fnmatch.filter(tier.parts, pattern)]


def killed(*patterns: str) -> Harm:
    @contextmanager
    def harm(rush: "Rush") -> Iterator[None]:
        parts = [part for pattern in patterns for part in nodes(rush.tier, pattern)]
        with dead(parts):
            yield

    return harm


@contextmanager
def dead(parts: Sequence[Part]) -> Iterator[None]:
    """Kill parts, and start them again at the end."""
    for part in parts:
        part.kill()
    yield
    started(parts)


def started(parts: Sequence[Part]) -> None:
    """Start parts that may need each other to be ready."""
    for part in parts:
        part.launch()
    for part in parts:
        part.wait_until_ready()


def frozen(pattern: str) -> Harm:
    @contextmanager
    def harm(rush: "Rush") -> Iterator[None]:
        with standing_still(nodes(rush.tier, pattern)):
            yield

    return harm


def frozen_amid_a_restart(pattern: str, server: str) -> Harm:
    """Freeze what a process needs that has only just been started."""

    @contextmanager
    def harm(rush: "Rush") -> Iterator[None]:
        with frozen(pattern)(rush):
            rush.tier.parts[server].reload()
            yield

    return harm


@contextmanager
def standing_still(parts: Sequence[Part]) -> Iterator[None]:
    for part in parts:
        part.freeze()
    try:
        yield
    finally:
        for part in parts:
            part.thaw()


Way = Callable[[Sequence[Part]], AbstractContextManager[None]]


def primary(way: Way) -> Harm:
    """Do it to the MongoDB node that takes the writes, whichever it is by now."""
    return lambda rush: way([primary_of(rush.tier)])


def master(pattern: str, way: Way) -> Harm:
    """Do it to a master of a Redis Cluster."""
    return lambda rush: way([first_master(pattern)(rush.tier)])


def first_master(pattern: str) -> Callable[[Tier], Part]:
    return lambda tier: masters(tier, pattern)[0]


def parted(how: Callable[[Tier, Part], AbstractContextManager[None]], which: Callable[[Tier], Part]) -> Harm:
    """Part the network around a node, chosen when it happens."""
    return lambda rush: how(rush.tier, which(rush.tier))


def primary_of(tier: Tier) -> Part:
    found = mongodb.primary_of(tier.parts.values())
    assert found, "MongoDB has no primary"
    return found


def masters(tier: Tier, pattern: str) -> list[Part]:
    """Return the nodes that hold something of their own: of one server, it."""
    return [part for part in nodes(tier, pattern) if is_master(part)]


def is_master(part: Part) -> bool:
    with client_of(part) as client:
        return bool(client.info("replication")["role"] == "master")


@contextmanager
def one_killed_one_reloaded(rush: "Rush") -> Iterator[None]:
    rush.tier.parts["web-2"].reload()
    with killed("web-1")(rush):
        yield


@contextmanager
def rolling(rush: "Rush") -> Iterator[None]:
    """Replace every server's processes, one after the other, while the store holds what another release left."""
    assert sum(versions.leave(partial(client_of, part)) for part in masters(rush.tier, "redis-evicts*")) > 0
    for part in servers(rush.tier):
        part.reload()
        part.wait_until_ready()
    yield


@contextmanager
def flushed(rush: "Rush") -> Iterator[None]:
    for part in masters(rush.tier, "redis-evicts*"):
        with client_of(part) as client:
            client.flushall()
    yield


def full(pattern: str) -> Harm:
    @contextmanager
    def harm(rush: "Rush") -> Iterator[None]:
        with ExitStack() as stack:
            clients = [stack.enter_context(client_of(part)) for part in nodes(rush.tier, pattern)]
            before = [client.config_get("maxmemory")["maxmemory"] for client in clients]
            _limit(clients, [1] * len(clients))
            try:
                yield
            finally:
                _limit(clients, before)

    return harm


def _limit(clients: Sequence[Any], limits: Sequence[Any]) -> None:
    for client, limit in zip(clients, limits, strict=True):
        client.config_set("maxmemory", limit)


@contextmanager
def evicts_behind(rush: "Rush") -> Iterator[None]:
    """Let it come back as it was a second ago; in that second things are undone."""
    parts, last = nodes(rush.tier, "redis-evicts*"), LastSecond(rush)
    _save(parts)
    last.undo()
    for part in parts:
        part.kill()
    started(parts)
    _forget_saved(rush.tier, parts)
    last.read()
    yield


@contextmanager
def evicts_fail_over_behind(rush: "Rush") -> Iterator[None]:
    """Let each master be followed by a replica that lacks what was undone in the meantime."""
    before, last = masters(rush.tier, "redis-evicts-*"), LastSecond(rush)
    replicas = [_replica_of(rush.tier, part) for part in before]
    _save(replicas)
    for part in replicas:
        part.kill()
    last.undo()
    for old, new in zip(before, replicas, strict=True):  # One at a time: the other masters must agree.
        old.kill()
        new.start()
        wait_until(lambda new=new: is_master(new), seconds=10, what=f"{new.name} in place of {old.name}")
    _forget_saved(rush.tier, replicas)
    last.read()
    yield
    started(before)


def _replica_of(tier: Tier, part: Part) -> Part:
    for other in nodes(tier, "redis-evicts-*"):
        with client_of(other) as client:
            if client.info("replication").get("master_port") == part.port:
                return other
    raise AssertionError(f"{part.name} has no replica")


def _save(parts: Sequence[Part]) -> None:
    for part in parts:
        with client_of(part) as client:
            client.save()


def _forget_saved(tier: Tier, parts: Sequence[Part]) -> None:
    """Let nobody come back once more as it was then."""
    for part in parts:
        (tier.site.folder / part.name / "dump.rdb").unlink()


@contextmanager
def keeps_behind(rush: "Rush") -> Iterator[None]:
    parts = nodes(rush.tier, "redis-keeps*")
    folders = [rush.tier.site.folder / part.name for part in parts]
    for data in folders:
        shutil.copytree(data, data.with_suffix(".before"))
    threading.Event().wait(1)
    for part in parts:
        part.kill()
    for data in folders:
        shutil.rmtree(data)
        data.with_suffix(".before").rename(data)
    started(parts)
    yield


@contextmanager
def clocks_off(rush: "Rush") -> Iterator[None]:
    """One server is 0.9 s behind, which is allowed; one 2 s: it is not ready, and takes no writes."""
    with restarted(rush, "web-1", CLOCK_OFF="-0.9"), restarted(rush, "web-2", CLOCK_OFF="-2"):
        browser = rush.flooder.browser
        here = browser.url
        browser.go_to(f"http://127.0.0.1:{rush.tier.parts['web-2'].port}")
        not_ready = lambda: browser.get("/healthz/ready").status == HTTPStatus.SERVICE_UNAVAILABLE  # noqa: E731
        # While an answer of the stores takes longer than that, nobody can tell by it.
        wait_until(not_ready, seconds=10, what="a server whose clock is off saying so")
        assert browser.send("/write/", text="late", audience="public").status == HTTPStatus.SERVICE_UNAVAILABLE
        browser.go_to(here)
        yield


@contextmanager
def flooded(rush: "Rush") -> Iterator[None]:
    """One person posts at ten times the rate that the tier allows: 429 with the time to wait."""
    answers = [rush.flooder.browser.send("/write/", text=f"flood {n}", audience="public") for n in range(300)]
    counted = Counter("unknown" if answer.is_unknown else answer.status for answer in answers)
    assert set(counted) <= {HTTPStatus.SEE_OTHER, HTTPStatus.TOO_MANY_REQUESTS, "unknown"}, counted
    assert counted[HTTPStatus.TOO_MANY_REQUESTS] > 200, counted
    assert counted[HTTPStatus.SEE_OTHER] <= 2 * 30, counted
    assert all("retry-after" in answer.headers for answer in answers if answer.status == 429)
    yield


@contextmanager
def poisoned(rush: "Rush") -> Iterator[None]:
    """A stage of one post always raises: it is set aside after so many tries, for staff to see, and can be taken up again."""
    try:
        with restarted(rush, "worker-1", RAISE_IN="fanout"):
            rush.writer.post("public", more=POISON)
            print(f"set aside after {_until_set_aside(rush.tier, 1)} s")
            yield
    finally:
        rush.tier.manage("project_pending", "--failed")
    _until_set_aside(rush.tier, 0)


_SET_ASIDE_SECONDS = 150
"""Five tries: in each round while it is young, then in a whole round each half minute."""


def _until_set_aside(tier: Tier, stages: int) -> str:
    """Wait, in one process that knows the tier's journal, until so many stages are set aside; return its seconds."""
    until = f"lambda: len(set_aside()) == {stages}, seconds={_SET_ASIDE_SECONDS}, what='{stages} stages set aside'"
    imports = "from apps.journal.sweeper import set_aside; from tests.waiting import wait_until"
    return tier.manage("shell", "-v0", "-c", f"{imports}; print(round(wait_until({until})))").split()[-1]


def servers(tier: Tier) -> list[Part]:
    return [part for part in tier.parts.values() if part.kind == "web"]


@contextmanager
def restarted(rush: "Rush", name: str, **environ: str) -> Iterator[None]:
    """Restart a part with more in its environment, and at the end without."""
    part = rush.tier.parts[name]
    before = part.environ

    def start_with(now: Mapping[str, str]) -> None:
        part.stop()
        part.environ = now
        part.start()

    start_with({**before, **environ})
    try:
        yield
    finally:
        start_with(before)


def client_of(part: Part, *, database: int = 0) -> "redis.Redis[Any]":
    return redis.Redis(port=part.port, db=database, socket_timeout=10)
