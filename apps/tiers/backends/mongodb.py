"""MongoDB: every member of a replica set, asked by itself how it is and what it is."""

import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pymongo
from pymongo.errors import OperationFailure
from pymongo.uri_parser import split_hosts

from apps.tiers.nodes import Node

from .base import Answer, Store, ask_each, rate

_clients: dict[str, pymongo.MongoClient] = {}
_making = threading.Lock()
_ROLES = {"isWritablePrimary": "primary", "secondary": "secondary", "arbiterOnly": "arbiter"}
os.register_at_fork(after_in_child=_clients.clear)


def probe(store: Store, *, timeout: float) -> list[Node]:
    """Return the members; one server where there is no replica set."""
    store = replace(store, url=store.at(_with_ports(store.members)))
    return list(_with_lag(ask_each(store, partial(_ask, store, timeout), timeout=timeout)))


def _with_ports(members: Iterable[str]) -> str:
    """Return the members as they name each other: where an address says no port, there is the usual one."""
    return ",".join(
        f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in split_hosts(",".join(members))
    )


def _ask(store: Store, timeout: float, name: str) -> Answer:
    _knock(name, timeout)
    admin = _client(store.at(name)).admin
    with pymongo.timeout(timeout):
        started = time.perf_counter()
        said = admin.command("hello")
        latency = time.perf_counter() - started
        node = _node(name, _status(admin), latency)
    role = next((role for flag, role in _ROLES.items() if said.get(flag)), "recovering")
    members = [member for kind in ("hosts", "passives", "arbiters") for member in said.get(kind, ())]
    return Answer(replace(node, role=role), members, said.get("lastWrite", {}).get("lastWriteDate"))


def _knock(name: str, timeout: float) -> None:
    """Raise at once where nobody listens: the driver would wait for somebody until the time is up."""
    ((host, port),) = split_hosts(name)
    socket.create_connection((host, port), timeout=timeout).close()


def _client(url: str) -> pymongo.MongoClient:
    """Return the one client of this process for a member: each has threads of its own that watch it."""
    with _making:
        if url not in _clients:
            _clients[url] = pymongo.MongoClient(url, directConnection=True, maxPoolSize=2, connectTimeoutMS=1000)
        return _clients[url]


def _status(admin: Any) -> dict[str, Any]:
    """Return what it has counted; nothing where whoever asks may not know."""
    try:
        status: dict[str, Any] = admin.command("serverStatus", metrics=0, locks=0, tcmalloc=0)
    except OperationFailure:
        return {}
    return status


def _with_lag(answers: Iterable[Answer]) -> Iterator[Node]:
    """Yield the nodes; the note of a secondary says how far it is behind the primary."""
    answers = list(answers)
    newest = next((one.written for one in answers if one.node.role == "primary"), None)
    for one in answers:
        if newest is None or one.written is None or one.node.role == "primary":
            yield one.node
        else:
            behind = max(0.0, (newest - one.written).total_seconds())
            yield replace(one.node, note=f"{behind:,.0f} s behind")


def _node(name: str, status: dict[str, Any], latency: float) -> Node:
    cpu = status.get("extra_info", {})
    used = (cpu.get("user_time_us", 0) + cpu.get("system_time_us", 0)) / 1e6
    share = rate(name, "cpu", used)
    cache = status.get("wiredTiger", {}).get("cache", {})
    return Node(
        name,
        latency=latency,
        per_second=rate(name, "operations", sum(status.get("opcounters", {}).values())),
        memory=cache.get("bytes currently in the cache"),
        memory_limit=cache.get("maximum bytes configured"),
        load=None if share is None else share / (os.cpu_count() or 1),
    )
