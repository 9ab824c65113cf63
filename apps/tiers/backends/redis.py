"""Redis, alone or as a cluster."""

import time
from functools import partial
from typing import Any

import redis

from apps.tiers.nodes import Node
from apps.tiers.probing import NoAnswer

from .base import Answer, Store, ask_each, rate

_NO_ADDRESS = {"noaddr", "handshake"}


def probe(store: Store, *, timeout: float) -> list[Node]:
    """Return the server; of a cluster every master and replica."""
    return [answer.node for answer in ask_each(store, partial(_ask, store, timeout), timeout=timeout)]


def _ask(store: Store, timeout: float, name: str) -> Answer:
    times = {"socket_timeout": timeout, "socket_connect_timeout": timeout}
    with redis.Redis.from_url(store.at(name), retry_on_timeout=False, retry=None, **times) as client:
        started = time.perf_counter()
        client.ping()
        latency = time.perf_counter() - started
        info: dict[str, Any] = client.info()  # type: ignore[assignment]
        return Answer(_node(name, info, latency), _all(client) if info.get("cluster_enabled") else ())


def _all(client: redis.Redis) -> list[str]:
    """Return the addresses of all nodes. Raises ``NoAnswer`` where this one serves nothing without the others."""
    if client.execute_command("CLUSTER INFO")["cluster_state"] != "ok":
        raise NoAnswer("it is there, but its cluster has lost most of its masters")
    nodes = client.execute_command("CLUSTER NODES")
    return [address for address, seen in nodes.items() if not _NO_ADDRESS & set(seen["flags"].split(","))]


def _node(name: str, info: dict[str, Any], latency: float) -> Node:
    hits, misses = info["keyspace_hits"], info["keyspace_misses"]
    return Node(
        name,
        role="primary" if info["role"] == "master" else "replica",
        latency=latency,
        per_second=rate(name, "commands", info["total_commands_processed"]),
        memory=info["used_memory"],
        memory_limit=info["maxmemory"] or None,
        hits=hits / (hits + misses) if hits + misses else None,
        load=rate(name, "cpu", info["used_cpu_sys"] + info["used_cpu_user"]),
    )
