"""Cassandra: each node that the settings name, asked by itself whether it takes clients.

It speaks the first word of the native protocol and needs no driver: a session would connect to the whole cluster.
"""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.db import connections

from apps.tiers.nodes import Node, State

from .base import Store

_OPTIONS = bytes([4, 0, 0, 0, 5, 0, 0, 0, 0])
"""A frame of version 4, which every version understands: no flags, stream 0, opcode OPTIONS, nothing in it."""
_SUPPORTED = 6
_HEADER = 9


def probe(store: Store, *, timeout: float) -> list[Node]:
    """Return a node per host, dead ones included."""
    return ask_all(connections[store.alias].settings_dict, timeout=timeout)


def ask_all(chosen: dict[str, Any], *, timeout: float) -> list[Node]:
    """Ask the hosts of one of ``DATABASES``."""
    port = int(chosen["OPTIONS"].get("connection", {}).get("port", 9042))
    hosts = [host.strip() for host in chosen["HOST"].split(",")]
    with ThreadPoolExecutor(len(hosts)) as pool:
        return list(pool.map(partial(_ask, port=port, timeout=timeout), hosts))


def _ask(host: str, *, port: int, timeout: float) -> Node:
    started = time.perf_counter()
    try:
        with socket.create_connection((host, port), timeout=timeout) as node:
            node.settimeout(timeout)
            node.sendall(_OPTIONS)
            answer = node.recv(_HEADER)
    except OSError as error:
        return Node(f"{host}:{port}", State.DEAD, note=type(error).__name__)
    if len(answer) < 5 or answer[4] != _SUPPORTED:
        return Node(f"{host}:{port}", State.DEAD, note="answers, but not as Cassandra does")
    return Node(f"{host}:{port}", latency=time.perf_counter() - started)
