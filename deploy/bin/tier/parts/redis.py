"""Two Redis servers, never one with two databases: at its memory limit it would evict sessions for timelines."""

import socket
from collections.abc import Mapping, Sequence

from deploy.bin.tier.part import Part
from deploy.bin.tier.site import Site

_KEEPS = ["--maxmemory-policy", "noeviction", "--appendonly", "yes"]
_EVICTS = ["--maxmemory-policy", "allkeys-lru", "--appendonly", "no", "--zset-max-listpack-entries", "256"]


def keeps(site: Site) -> list[Part]:
    """Return what may not lose anything: sessions, limits, the queue."""
    return _server(site, "redis-keeps", "REDIS_URL", _KEEPS)


def evicts(site: Site) -> list[Part]:
    """Return what may be emptied at any moment: timelines and rendered posts."""
    return _server(site, "redis-evicts", "REDIS_CACHE_URL", _EVICTS)


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
