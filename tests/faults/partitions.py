"""A network that parts: the kernel drops what a node sends, to everybody or to the other nodes of its cluster alone.

Each node of a cluster runs in a control group of its own, by which Linux's packet filter knows whose a packet is. So the
nodes keep their addresses, and both ways are cut: who can't send acknowledges nothing either.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.bin.tier import Part, Tier
from deploy.bin.tier.parts import cassandra
from tests.waiting import wait_until

_KINDS = ("cassandra", "mongodb", "redis")
_CHAIN = f"PROWL-{os.getpid()}"


def lacking() -> str:
    """Return what is missing to part a network here, "" if nothing is."""
    if not shutil.which("iptables"):
        return "iptables is missing: `make servers PROFILE=tiger` gets it (as root, on Debian)."
    groups = _groups()
    if groups is None or not os.access(groups, os.W_OK):
        return "To part a network one must be root where control groups (version 2) can be made."
    asked = _iptables("-S", "OUTPUT")
    return f"The packet filter can't be used: {asked.stderr}" if asked.returncode else ""


def inside(part: Part, *command: object) -> list[object]:
    """Return a command that runs in a node's group."""
    return ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', _group(part), *command]


@contextmanager
def fenced(tier: Tier) -> Iterator[None]:
    """Let the nodes of clusters, which are started then, run in groups of their own, if that can be done here."""
    parts = [] if lacking() else [part for part in tier.parts.values() if _peers(tier, part)]
    for part in parts:
        _group(part).mkdir()
        part.command = inside(part, *part.command)
    try:
        yield
    finally:
        for part in parts:
            wait_until(lambda part=part: _is_removed(_group(part)), seconds=10, what=f"the end of {part.name}")


@contextmanager
def cut_off(tier: Tier, part: Part) -> Iterator[None]:
    """Let nobody hear of a node, nor it of anybody."""
    own = ("-m", "cgroup", "--path", _group(part).name)
    # That a connection is taken is said before there is a socket of the node's, by which its group would be known.
    taken = [_tcp("-s", address, "--sport", port) for address, port in {*_inner_addresses(tier, part), _address(part)}]
    with _dropped([own, *taken], [part]):
        yield


@contextmanager
def apart(tier: Tier, part: Part) -> Iterator[None]:
    """Cut a node off from the other nodes of its cluster, while whoever uses them reaches all."""
    peers = _peers(tier, part)
    ways = [(part, peer) for peer in peers] + [(peer, part) for peer in peers]
    rules = [
        ("-m", "cgroup", "--path", _group(sender).name, *_tcp("-d", address, "--dport", port))
        for sender, receiver in ways
        for address, port in _inner_addresses(tier, receiver)
    ]
    with _dropped(rules, [part, *peers]):
        yield


@contextmanager
def _dropped(rules: Sequence[Sequence[str]], senders: Sequence[Part]) -> Iterator[None]:
    for part in senders:
        assert str(part.pid) in _members(part), f"{part.name} is not in a group of its own: nothing would be dropped"
    _filter("-N", _CHAIN)
    try:
        for rule in rules:
            _filter("-A", _CHAIN, *rule, "-j", "DROP")
        _filter("-I", "OUTPUT", "-j", _CHAIN)
        yield
        assert re.search(r"-c [1-9]", _filter("-v", "-S", _CHAIN)), "no packet was dropped"
    finally:
        _filter("-D", "OUTPUT", "-j", _CHAIN)
        _filter("-F", _CHAIN)
        _filter("-X", _CHAIN)


def _filter(*words: str) -> str:
    run = _iptables(*words)
    assert run.returncode == 0, f"iptables {' '.join(words)}: {run.stderr}"
    return run.stdout


def _iptables(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["iptables", "-w", *words], check=False, capture_output=True, text=True)


def _peers(tier: Tier, part: Part) -> list[Part]:
    """Return the other nodes of a node's cluster, which are called as it is but for their number."""
    if part.kind not in _KINDS or not part.name[-1].isdigit():
        return []
    cluster = part.name.rpartition("-")[0]
    others = [other for other in tier.parts.values() if other.name.rpartition("-")[0] == cluster]
    return [other for other in others if other is not part]


def _inner_addresses(tier: Tier, part: Part) -> list[tuple[str, int]]:
    """Return where the other nodes of its cluster reach a node."""
    address, port = _address(part)
    if part.kind == "cassandra":
        return [(address, tier.site.port("cassandra-storage"))]
    if part.kind == "redis":
        return [(address, port), (address, tier.site.port(f"{part.name}-bus"))]
    return [(address, port)]


def _address(part: Part) -> tuple[str, int]:
    """Return where whoever uses a node reaches it."""
    return cassandra.address_of(part) if part.kind == "cassandra" else "127.0.0.1", part.port


def _tcp(way: str, address: str, end: str, port: int) -> tuple[str, ...]:
    return "-p", "tcp", way, address, end, str(port)


def _groups() -> Path | None:
    """Return where control groups of version 2 are made, None if nowhere."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    return next((Path(folder) for _, folder, kind, *_ in mounts if kind == "cgroup2"), None)


def _group(part: Part) -> Path:
    groups = _groups()
    assert groups
    return groups / f"prowl-{os.getpid()}-{part.name}"


def _is_removed(group: Path) -> bool:
    with suppress(OSError):  # It is busy until the last of its processes is gone for good.
        group.rmdir()
    return not group.exists()


def _members(part: Part) -> list[str]:
    return (_group(part) / "cgroup.procs").read_text().split()
