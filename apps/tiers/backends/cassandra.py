"""Cassandra: each node of the cluster that the driver knows, asked by itself."""

import time
from typing import Any

from cassandra.cluster import NoHostAvailable

from apps.core.backends.cassandra import session_of
from apps.tiers.nodes import Node, State
from apps.tiers.probing import NoAnswer

from .base import Answer, Store, ask_each

_QUERY = "SELECT data_center, rack FROM system.local"
"""It is answered by the node that is asked, without the others."""


def probe(store: Store, *, timeout: float) -> list[Node]:
    """Return a node per host, also those that the settings don't name."""
    session = session_of(store.alias)
    hosts = {host.address: host for host in session.cluster.metadata.all_hosts()}

    def ask(name: str) -> Answer:
        return Answer(_asked(session, hosts[name], timeout))

    return [answer.node for answer in ask_each(store, ask, timeout=timeout, members=hosts)]


def _asked(session: Any, host: Any, timeout: float) -> Node:
    started = time.perf_counter()
    try:
        said = session.execute(_QUERY, host=host, timeout=timeout).one()
    except NoHostAvailable:
        if host.is_up is False:
            raise NoAnswer("down, as the driver finds") from None
        return Node(host.address, State.UNKNOWN, note="the driver has not connected to it yet")
    return Node(host.address, note=f"{said['data_center']}, {said['rack']}", latency=time.perf_counter() - started)
