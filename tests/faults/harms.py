"""Ways to harm a running tier, and to heal it. Each works on parts by name, with real signals."""

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import redis

from deploy.bin.tier import Part, Tier

from . import versions
from .harming import POISON
from .undone import LastSecond

if TYPE_CHECKING:
    from .rush import Rush

Harm = Callable[["Rush"], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """``parts`` are what it is done to; ``held`` is for how many seconds; ``bound`` within how many all is well again."""

    done: str
    parts: tuple[str, ...]
    harm: Harm
    held: float = 3
    bound: float = 10
    short: bool = False
    """It is among those of every test run."""
    dies: bool = True
    """Where nothing dies, every answer is given at once: none is a 5xx."""


@contextmanager
def nothing(rush: "Rush") -> Iterator[None]:
    yield


def killed(name: str) -> Harm:
    @contextmanager
    def harm(rush: "Rush") -> Iterator[None]:
        rush.tier.parts[name].kill()
        yield
        rush.tier.parts[name].start()

    return harm


def frozen(name: str) -> Harm:
    @contextmanager
    def harm(rush: "Rush") -> Iterator[None]:
        rush.tier.parts[name].freeze()
        try:
            yield
        finally:
            rush.tier.parts[name].thaw()

    return harm


@contextmanager
def one_killed_one_reloaded(rush: "Rush") -> Iterator[None]:
    rush.tier.parts["web-2"].reload()
    with killed("web-1")(rush):
        yield


@contextmanager
def rolling(rush: "Rush") -> Iterator[None]:
    """Replace every server's processes, one after the other, while the store holds what another release left."""
    assert versions.leave(partial(_client, rush.tier.parts["redis-evicts"])) > 0
    for part in servers(rush.tier):
        part.reload()
        part.wait_until_ready()
    yield


@contextmanager
def flushed(rush: "Rush") -> Iterator[None]:
    with _client(rush.tier.parts["redis-evicts"]) as client:
        client.flushall()
    yield


def full(name: str) -> Harm:
    @contextmanager
    def harm(rush: "Rush") -> Iterator[None]:
        with _client(rush.tier.parts[name]) as client:
            before = client.config_get("maxmemory")["maxmemory"]
            client.config_set("maxmemory", 1)
            try:
                yield
            finally:
                client.config_set("maxmemory", before)

    return harm


@contextmanager
def evicts_behind(rush: "Rush") -> Iterator[None]:
    """Let it come back as it was a second ago, as after a failover to a replica that lagged; a second of undoing."""
    part = rush.tier.parts["redis-evicts"]
    last = LastSecond(rush)
    with _client(part) as client:
        client.save()
    last.undo()
    part.kill()
    part.start()
    (rush.tier.site.folder / part.name / "dump.rdb").unlink()
    last.read()
    yield


@contextmanager
def keeps_behind(rush: "Rush") -> Iterator[None]:
    part = rush.tier.parts["redis-keeps"]
    data = rush.tier.site.folder / part.name
    shutil.copytree(data, data.with_suffix(".before"))
    threading.Event().wait(1)
    part.kill()
    shutil.rmtree(data)
    data.with_suffix(".before").rename(data)
    part.start()
    yield


@contextmanager
def clocks_off(rush: "Rush") -> Iterator[None]:
    """One server is 0.9 s behind, which is allowed; one 2 s: it is not ready, and takes no writes."""
    with restarted(rush, "web-1", CLOCK_OFF="-0.9"), restarted(rush, "web-2", CLOCK_OFF="-2"):
        browser = rush.flooder.browser
        here = browser.url
        browser.go_to(f"http://127.0.0.1:{rush.tier.parts['web-2'].port}")
        assert browser.get("/healthz/ready").status == HTTPStatus.SERVICE_UNAVAILABLE
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


def _until_set_aside(tier: Tier, stages: int) -> str:
    """Wait, in one process that knows the tier's journal, until so many stages are set aside; return its seconds."""
    wait = f"wait_until(lambda: len(set_aside()) == {stages}, seconds=40, what='{stages} stages set aside')"
    imports = "from apps.journal.sweeper import set_aside; from tests.waiting import wait_until"
    return tier.manage("shell", "-v0", "-c", f"{imports}; print(round({wait}))").split()[-1]


def servers(tier: Tier) -> list[Part]:
    return [part for part in tier.parts.values() if part.kind == "web"]


@contextmanager
def restarted(rush: "Rush", name: str, **environ: str) -> Iterator[None]:
    """Restart a part with more in its environment, and at the end without."""
    part = rush.tier.parts[name]
    before = part.environ
    for now in ({**before, **environ}, before):
        part.stop()
        part.environ = now
        part.start()
        if now is not before:
            yield


def _client(part: Part, *, database: int = 0) -> "redis.Redis[Any]":
    return redis.Redis(port=part.port, db=database, socket_timeout=10)


FAULTS = {
    "none": Fault("nothing", (), nothing, held=0),
    "server": Fault(
        "one of three web servers killed, another restarted gracefully",
        ("web-1", "web-2", "web-3"), one_killed_one_reloaded, short=True,
    ),
    "one server": Fault("the one web server killed and started again", ("web-1",), killed("web-1"), short=True),
    "worker": Fault("the worker killed and started again", ("worker-1",), killed("worker-1"), short=True),
    "late fan-out": Fault("the worker frozen, so that fan-out comes late", ("worker-1",), frozen("worker-1")),
    "clockwork": Fault("the sweeper's clock (beat) killed and started again", ("beat",), killed("beat")),
    "timelines killed": Fault(
        "Redis of timelines killed and started again, empty", ("redis-evicts",), killed("redis-evicts"), short=True
    ),
    "timelines frozen": Fault("Redis of timelines frozen", ("redis-evicts",), frozen("redis-evicts"), short=True),
    "timelines flushed": Fault("FLUSHALL in Redis of timelines", ("redis-evicts",), flushed, held=0, short=True),
    "timelines behind": Fault(
        "Redis of timelines comes back without its last second", ("redis-evicts",), evicts_behind, held=0
    ),
    "timelines full": Fault("Redis of timelines has no memory left", ("redis-evicts",), full("redis-evicts")),
    "sessions killed": Fault(
        "Redis of sessions and queue killed and started again", ("redis-keeps",), killed("redis-keeps"), short=True
    ),
    "sessions frozen": Fault("Redis of sessions and queue frozen", ("redis-keeps",), frozen("redis-keeps"), short=True),
    "sessions behind": Fault(
        "Redis of sessions and queue comes back without its last second", ("redis-keeps",), keeps_behind, held=0
    ),
    "sessions full": Fault("Redis of sessions and queue has no memory left", ("redis-keeps",), full("redis-keeps")),
    "database": Fault("MongoDB killed and started again", ("mongod",), killed("mongod"), short=True),
    "clocks": Fault("one server's clock 0.9 s slow, another's 2 s", ("web-1", "web-2", "web-3"), clocks_off),
    "rolling": Fault(
        "a rolling restart over entries, facts and fragments that other releases left",
        ("web-1", "web-2", "redis-evicts"), rolling, held=0, dies=False,
    ),
    "flood": Fault(
        "one person posts at ten times the allowed rate", ("web-1", "web-2", "web-3"), flooded, held=0
    ),
    "poison": Fault("a job that always raises", ("worker-1", "beat"), poisoned, held=0, bound=20),
    "cache": Fault("Varnish killed and started again", ("varnish",), killed("varnish")),
    "edge": Fault("Nginx killed and started again", ("nginx",), killed("nginx")),
}  # fmt: skip
