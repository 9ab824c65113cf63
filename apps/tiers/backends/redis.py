"""Redis, alone or as a cluster."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import redis

from apps.tiers.nodes import Node, State

from .base import Store, rate


def probe(store: Store, *, timeout: float) -> list[Node]:
    """Return the server; for a cluster every node of it, as the first that answers sees them."""
    with ThreadPoolExecutor(len(store.urls)) as pool:
        asked = [pool.submit(_ask, store, url, timeout) for url in store.urls]
        answers = [one for one in as_completed(asked) if not one.exception()]
    return (answers or asked)[0].result()


def _ask(store: Store, url: str, timeout: float) -> list[Node]:
    times = {"socket_timeout": timeout, "socket_connect_timeout": timeout}
    with redis.Redis.from_url(url, retry_on_timeout=False, retry=None, **times) as client:
        started = time.perf_counter()
        client.ping()
        latency = time.perf_counter() - started
        info: dict[str, Any] = client.info()  # type: ignore[assignment]
        if not info.get("cluster_enabled"):
            return [_node(store.name, info, latency)]
        return list(_cluster(client.execute_command("CLUSTER NODES"), info, latency))


def _cluster(nodes: dict[str, dict[str, Any]], info: dict[str, Any], latency: float) -> Iterator[Node]:
    for address, seen in nodes.items():
        flags = set(seen["flags"].split(","))
        role = "primary" if "master" in flags else "replica"
        if "myself" in flags:
            yield _node(address, info, latency)
        elif flags & {"fail", "fail?", "noaddr"} or not seen["connected"]:
            yield Node(address, State.DEAD, note="the cluster does not reach it", role=role)
        else:
            yield Node(address, role=role)


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
