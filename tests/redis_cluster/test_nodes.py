"""Who holds which slot, where some nodes don't know: those in no cluster (yet, or any more), and those that know of a part."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from apps.core.backends.redis_nodes import _LEARNED_SECONDS, Nodes
from deploy.bin.tier.parts.redis import IN_CLUSTER
from deploy.bin.tier.ports import free_port
from tests.servers.redis import RedisServer
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.once

ALL = (0, 16383)
Start = Callable[..., RedisServer]


@pytest.fixture
def start(redis_server: RedisServer, tmp_path: Path) -> Iterator[Start]:
    """Return what starts a cluster of one node that holds the slots it is told."""
    servers: list[RedisServer] = []

    def start(*slots: int) -> RedisServer:
        folder = tmp_path / str(len(servers))
        folder.mkdir()
        servers.append(RedisServer(folder, *IN_CLUSTER, "--cluster-port", str(free_port())))
        if slots:
            hold(servers[-1], *slots)
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def tell(server: RedisServer, *command: object) -> None:
    with redis.Redis(port=server.port) as client:
        client.execute_command(*command)


def hold(server: RedisServer, first: int, last: int) -> None:
    tell(server, "CLUSTER", "ADDSLOTSRANGE", first, last)


def nodes_of(*servers: RedisServer) -> Nodes:
    urls = ",".join(server.url for server in servers)
    return Nodes(urls, in_cluster=True, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


def holder(nodes: Nodes, slot: int = 0) -> int:
    """Return the port of who holds a slot."""
    return int(nodes.node_of(slot).name.rpartition(":")[2])


def test_a_node_that_was_reset_is_not_believed_that_nobody_holds_a_slot(start):
    lost, whole = start(*ALL), start(*ALL)
    tell(lost, "CLUSTER", "RESET", "HARD")
    assert {holder(nodes_of(lost, whole)) for _ in range(20)} == {whole.port}, "whoever is asked first"


def test_who_knows_all_slots_is_believed_rather_than_who_knows_some(start):
    some, whole = start(0, 99), start(*ALL)
    assert {holder(nodes_of(some, whole)) for _ in range(20)} == {whole.port}


def test_a_node_that_is_in_no_cluster_yet_is_asked_again(start):
    nodes = nodes_of(server := start())
    with pytest.raises(redis.ConnectionError, match="no node"):
        holder(nodes)
    hold(server, *ALL)
    assert holder(nodes) == server.port


def test_who_holds_a_slot_that_nobody_held_is_asked_again_after_a_while(start):
    nodes = nodes_of(server := start(0, 99))
    assert holder(nodes) == server.port
    with pytest.raises(redis.ConnectionError, match="no node holds slot 100"):
        holder(nodes, 100)
    hold(server, 100, 16383)

    def is_found() -> bool:
        try:
            return holder(nodes, 100) == server.port
        except redis.ConnectionError:
            return False

    wait_until(is_found, seconds=2, what="a node that holds the slot")


def test_who_holds_a_slot_that_nobody_holds_is_not_asked_each_time(start, monkeypatch):
    nodes = nodes_of(start(0, 99))
    asked: list[float] = []
    learn = nodes.learn
    monkeypatch.setattr(nodes, "learn", lambda: asked.append(time.monotonic()) or learn())
    began = time.monotonic()
    for _ in range(100):
        with pytest.raises(redis.ConnectionError):
            holder(nodes, 100)
    assert len(asked) <= 1 + (time.monotonic() - began) / _LEARNED_SECONDS
