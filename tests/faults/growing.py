"""A tier grows and shrinks, and a machine is replaced, while people use it, as the README of deploy/tiger says."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pymongo
from pymongo import MongoClient

from deploy.bin.tier.parts import cassandra
from tests.waiting import wait_until

from .harms import nodes, primary_of

if TYPE_CHECKING:
    from .rush import Rush


@contextmanager
def server_joins_and_leaves(rush: "Rush") -> Iterator[None]:
    tier, before = rush.tier, rush.tier.site.servers
    tier.scale(servers=before + 1)
    yield
    log = tier.parts[f"web-{before + 1}"].log
    assert log
    assert "request_finished" in log.read_text(), "it was asked nothing"
    tier.scale(servers=before)


@contextmanager
def journal_node_joins_and_leaves(rush: "Rush") -> Iterator[None]:
    tier, founders = rush.tier, nodes(rush.tier, "cassandra-*")
    newcomer = cassandra.joining(tier.site)
    tier.join(newcomer)
    for part in founders:
        cassandra.nodetool(tier.site, part, "cleanup")  # From now on it alone has what they gave up.
    yield
    cassandra.nodetool(tier.site, newcomer, "decommission")
    tier.leave(newcomer)


@contextmanager
def database_node_replaced(rush: "Rush") -> Iterator[None]:
    """The primary dies with its disk; an empty node on another address takes its place."""
    dead = primary_of(rush.tier)
    dead.kill()
    yield
    others = [part for part in nodes(rush.tier, "mongod-*") if part is not dead]
    newcomer = rush.tier.replace(dead.name)
    newcomer.launch()
    with MongoClient([f"127.0.0.1:{part.port}" for part in others], replicaSet="rs0") as client:
        _replace(client, gone=f"127.0.0.1:{dead.port}", new=f"127.0.0.1:{newcomer.port}")
    newcomer.wait_until_ready()


def _replace(client: "MongoClient[Any]", *, gone: str, new: str) -> None:
    """Take a member out of the set; another gets its vote once it has everything. One vote changes at a time."""
    members = {member["host"]: member for member in _config(client)["members"]}
    left = members.pop(gone)
    _reconfigure(client, list(members.values()))
    joining = {"_id": max(left["_id"], *(m["_id"] for m in members.values())) + 1, "host": new}
    _reconfigure(client, [*members.values(), {**joining, "priority": 0, "votes": 0}])

    def has_everything() -> bool:
        states = client.admin.command("replSetGetStatus")["members"]
        return any(member["name"] == new and member["stateStr"] == "SECONDARY" for member in states)

    wait_until(has_everything, seconds=30, what=f"{new} having everything")
    _reconfigure(client, [*members.values(), joining])


def _config(client: "MongoClient[Any]") -> dict[str, Any]:
    with pymongo.timeout(20):
        return dict(client.admin.command("replSetGetConfig")["config"])


def _reconfigure(client: "MongoClient[Any]", members: list[dict[str, Any]]) -> None:
    config = _config(client)
    with pymongo.timeout(20):
        client.admin.command("replSetReconfig", {**config, "version": config["version"] + 1, "members": members})
