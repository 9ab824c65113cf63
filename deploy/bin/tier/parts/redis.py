"""Two Redis servers, never one with two databases: at its memory limit it would evict sessions for timelines."""

import socket
import subprocess
from collections.abc import Mapping, Sequence
from functools import partial

from deploy.bin.tier.part import Part
from deploy.bin.tier.site import Site

_MASTERS = 3
_KEEPS = ["--maxmemory-policy", "noeviction", "--appendonly", "yes"]
IN_CLUSTER = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-config-file", "nodes.conf"]
IN_CLUSTER += ["--cluster-require-full-coverage", "no"]  # What other masters hold is served while one is missing.
# A replica takes over however long it had not heard of its master: else one that was busy copying never does.
IN_CLUSTER += ["--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0"]
_EVICTS = ["--maxmemory-policy", "allkeys-lru", "--appendonly", "no", "--zset-max-listpack-entries", "256"]


def keeps(site: Site) -> list[Part]:
    """Return what may not lose anything: sessions, limits, the queue."""
    return _server(site, "redis-keeps", "REDIS_URL", _KEEPS)


def evicts(site: Site) -> list[Part]:
    """Return what may be emptied at any moment: timelines and rendered posts."""
    return _server(site, "redis-evicts", "REDIS_CACHE_URL", _EVICTS)


def keeps_in_cluster(site: Site) -> list[Part]:
    return _cluster(site, "redis-keeps", "REDIS_URL", _KEEPS)


def evicts_in_cluster(site: Site) -> list[Part]:
    return _cluster(site, "redis-evicts", "REDIS_CACHE_URL", _EVICTS)


def _cluster(site: Site, name: str, variable: str, options: list[str]) -> list[Part]:
    """Return three masters and a replica of each; the last one is ready when all of them serve as a cluster."""
    if site.has(variable):
        return []
    names = [f"{name}-{number}" for number in range(1, 2 * _MASTERS + 1)]
    provides = {variable: ",".join(f"redis://127.0.0.1:{site.port(node)}" for node in names[:_MASTERS])}
    nodes = [
        server(site, node, [*options, *IN_CLUSTER, "--cluster-port", str(site.port(f"{node}-bus"))], provides=provides)
        for node in names
    ]
    addresses = [f"127.0.0.1:{node.port}" for node in nodes]
    nodes[-1].is_ready = partial(_serves, command=[site.program("redis-cli"), "--cluster", "create", *addresses,
        "--cluster-replicas", "1", "--cluster-yes"])  # fmt: skip
    return nodes


def _serves(part: Part, *, command: Sequence[str]) -> bool:
    """Say whether every slot is served; make the cluster if the nodes are in none."""
    if not answers(part):
        return False
    said = subprocess.run(
        [command[0], "-p", str(part.port), "cluster", "info"], check=False, capture_output=True, text=True
    )
    if "cluster_known_nodes:1\r" in said.stdout.replace("\n", "\r"):
        subprocess.run(command, check=False, capture_output=True)
    return "cluster_state:ok" in said.stdout


def _server(site: Site, name: str, variable: str, options: list[str]) -> list[Part]:
    if site.has(variable):
        return []
    return [server(site, name, options, provides={variable: f"redis://127.0.0.1:{site.port(name)}"})]


def server(site: Site, name: str, options: Sequence[str], *, provides: Mapping[str, str] | None = None) -> Part:
    port, data = site.port(name), site.folder / name
    command = [site.program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--dir", data, "--save", ""]
    command += ["--maxmemory", "256mb", *options]
    return site.part(
        name, "redis", command, port=port, is_ready=answers, provides=provides, folders=[data], is_store=True
    )


def answers(part: Part) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", part.port), timeout=1) as client:
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
