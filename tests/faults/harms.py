"""Ways to harm a running tier, and to heal it. Each works on parts by name, with real signals."""

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pymongo
import redis

from deploy.bin.tier import Part, Tier

from . import versions
from .harming import POISON
from .undone import LastSecond

if TYPE_CHECKING:
    from .rush import Rush

Harm = Callable[["Rush"], AbstractContextManager[None]]


@contextmanager
def nothing(rush: "Rush") -> Iterator[None]:
    yield


def killed(*names: str) -> Harm:
    @contextmanager
    def harm(rush: "Rush") -> Iterator[None]:
        parts = [rush.tier.parts[name] for name in names]
        for part in parts:
            part.kill()
        yield
        for part in parts:
            part.launch()
        for part in parts:
            part.wait_until_ready()

    return harm


@contextmanager
def primary_killed(rush: "Rush") -> Iterator[None]:
    """Kill the MongoDB node that takes the writes, whichever it is by now."""
    with killed(_whichever(rush.tier, "mongod", _is_primary))(rush):
        yield


@contextmanager
def master_killed(rush: "Rush") -> Iterator[None]:
    with killed(_whichever(rush.tier, "redis-evicts", _is_master))(rush):
        yield


def _whichever(tier: Tier, name: str, wanted: Callable[[Part], bool]) -> str:
    return next(part.name for part in tier.parts.values() if part.name.startswith(f"{name}-") and wanted(part))


def _is_primary(part: Part) -> bool:
    with pymongo.MongoClient(port=part.port, directConnection=True) as client:
        return bool(client.admin.command("hello")["isWritablePrimary"])


def _is_master(part: Part) -> bool:
    with _client(part) as client:
        return client.info("replication")["role"] == "master"


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
    for now in ({**before, **environ}, before):
        part.stop()
        part.environ = now
        part.start()
        if now is not before:
            yield


def _client(part: Part, *, database: int = 0) -> "redis.Redis[Any]":
    return redis.Redis(port=part.port, db=database, socket_timeout=10)
