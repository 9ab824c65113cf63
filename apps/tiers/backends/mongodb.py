"""MongoDB: every member of the replica set, as the one that was asked sees them."""

import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import pymongo
from pymongo.errors import OperationFailure

from apps.tiers.nodes import Node, State

from .base import Store, rate

_clients: dict[str, pymongo.MongoClient] = {}
_making = threading.Lock()
_NO_REPLICATION = 76
os.register_at_fork(after_in_child=_clients.clear)


def probe(store: Store, *, timeout: float) -> list[Node]:
    """Return the members; one server where there is no replica set."""
    admin = _client(store.url, timeout).admin
    started = time.perf_counter()
    admin.command("ping")
    latency = time.perf_counter() - started
    status = admin.command("serverStatus", metrics=0, locks=0, tcmalloc=0)
    me = _node(store.name, status, latency)
    try:
        members = admin.command("replSetGetStatus")["members"]
    except OperationFailure as error:
        if error.code != _NO_REPLICATION:
            raise
        return [me]
    return list(_members(members, me))


def _client(url: str, timeout: float) -> pymongo.MongoClient:
    """Return the one client of this process: each has threads of its own that watch the servers."""
    with _making:
        if url not in _clients:
            wait = int(timeout * 1000)
            times: dict[str, Any] = {
                "serverSelectionTimeoutMS": wait,
                "connectTimeoutMS": wait,
                "socketTimeoutMS": wait,
            }
            _clients[url] = pymongo.MongoClient(url, maxPoolSize=2, readPreference="primaryPreferred", **times)
        return _clients[url]


def _members(members: list[dict[str, Any]], me: Node) -> Iterator[Node]:
    for member in members:
        role = member["stateStr"].lower()
        if member.get("self"):
            yield Node(**{**vars(me), "name": member["name"], "role": role})
        elif member["health"]:
            yield Node(member["name"], role=role)
        else:
            yield Node(member["name"], State.DEAD, note="the others do not reach it")


def _node(name: str, status: dict[str, Any], latency: float) -> Node:
    cpu = status.get("extra_info", {})
    used = (cpu.get("user_time_us", 0) + cpu.get("system_time_us", 0)) / 1e6
    share = rate(name, "cpu", used)
    cache = status.get("wiredTiger", {}).get("cache", {})
    return Node(
        name,
        latency=latency,
        per_second=rate(name, "operations", sum(status["opcounters"].values())),
        memory=cache.get("bytes currently in the cache"),
        memory_limit=cache.get("maximum bytes configured"),
        load=None if share is None else share / (os.cpu_count() or 1),
    )
