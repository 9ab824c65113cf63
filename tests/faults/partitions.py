"""A network that parts: the kernel drops what a node sends, to everybody or to the other nodes of its cluster alone.

Each node of a cluster runs in a control group of its own, by which Linux's packet filter knows whose a packet is. So the
nodes keep their addresses, and both ways are cut: who can't send acknowledges nothing either.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.bin.tier import Part, Tier
from deploy.bin.tier.parts import cassandra
from tests.waiting import wait_until

KINDS = ("cassandra", "mongodb", "redis")
_CHAIN = f"PROWL-{os.getpid()}"
_INSIDE = ("sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"')


def lacking() -> str:
    """Return what is missing to part a network here, "" if nothing is."""
    if not shutil.which("iptables"):
        return "iptables is missing: `make servers PROFILE=tiger` gets it (as root, on Debian)."
    groups = _groups()
    if groups is None or not os.access(groups, os.W_OK):
        return "To part a network one must be root where control groups (version 2) can be made."
    return ""


@contextmanager
def fenced(tier: Tier) -> Iterator[None]:
    """Let the nodes of clusters, which are started then, run in groups of their own, if that can be done here."""
    parts = [] if lacking() else [part for part in tier.parts.values() if _peers(tier, part)]
    for part in parts:
        _group(part).mkdir()
        part.command = [*_INSIDE, _group(part), *part.command]
    try:
        yield
    finally:
        for part in parts:
            wait_until(lambda part=part: not _members(part), seconds=10, what=f"the end of {part.name}")
            _group(part).rmdir()


@contextmanager
def cut_off(tier: Tier, part: Part) -> Iterator[None]:
    """Let nobody hear of a node, nor it of anybody."""
    with _dropped([("-m", "cgroup", "--path", _group(part).name)], [part]):
        yield


@contextmanager
def apart(tier: Tier, part: Part) -> Iterator[None]:
    """Cut a node off from the other nodes of its cluster, while whoever uses them reaches all."""
    peers = _peers(tier, part)
    ways = [(part, peer) for peer in peers] + [(peer, part) for peer in peers]
    rules = [
        ("-m", "cgroup", "--path", _group(sender).name, "-p", "tcp", "-d", address, "--dport", str(port))
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
    run = subprocess.run(["iptables", "-w", *words], check=False, capture_output=True, text=True)
    assert run.returncode == 0, f"iptables {' '.join(words)}: {run.stderr}"
    return run.stdout


def _peers(tier: Tier, part: Part) -> list[Part]:
    """Return the other nodes of a node's cluster, which are called as it is but for their number."""
    if part.kind not in KINDS or not part.name[-1].isdigit():
        return []
    cluster = part.name.rpartition("-")[0]
    others = [other for other in tier.parts.values() if other.name.rpartition("-")[0] == cluster]
    return [other for other in others if other is not part]


def _inner_addresses(tier: Tier, part: Part) -> list[tuple[str, int]]:
    """Return where the other nodes of its cluster reach a node."""
    here = "127.0.0.1"
    if part.kind == "cassandra":
        return [(cassandra.address_of(part), tier.site.port("cassandra-storage"))]
    if part.kind == "redis":
        return [(here, part.port), (here, tier.site.port(f"{part.name}-bus"))]
    return [(here, part.port)]


def _groups() -> Path | None:
    """Return where control groups of version 2 are made, None if nowhere."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    return next((Path(folder) for _, folder, kind, *_ in mounts if kind == "cgroup2"), None)


def _group(part: Part) -> Path:
    groups = _groups()
    assert groups
    return groups / f"prowl-{os.getpid()}-{part.name}"


def _members(part: Part) -> list[str]:
    return (_group(part) / "cgroup.procs").read_text().split()
