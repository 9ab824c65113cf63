"""What is said to part a network does."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.bin.tier import Tier
from deploy.bin.tier.part import Part
from deploy.bin.tier.ports import accepts, free_port
from deploy.bin.tier.site import Site

from . import partitions

pytestmark = pytest.mark.once


@pytest.fixture
def two(tmp_path):
    """Two nodes of something, each of which only takes connections."""
    if lacking := partitions.lacking():
        pytest.skip(lacking)
    nodes = [_node(f"mongod-{number}", tmp_path) for number in (1, 2)]
    tier = Tier(Site("kitten", tmp_path, {}), {node.name: node for node in nodes})
    with partitions.fenced(tier):
        for node in nodes:
            node.start()
        yield tier, *nodes
        for node in nodes:
            node.kill()


def _node(name: str, folder: Path) -> Part:
    command = [sys.executable, "-m", "http.server", str(port := free_port()), "--bind", "127.0.0.1"]
    return Part(name, "mongodb", command, port, lambda part: accepts(part.port), log=folder / f"{name}.log")


def test_who_is_cut_off_is_reached_by_nobody_until_it_is_over(two):
    tier, one, other = two
    with partitions.cut_off(tier, one):
        assert [accepts(one.port), accepts(other.port)] == [False, True]
    assert accepts(one.port)


def test_who_is_apart_is_reached_by_those_who_use_it_and_not_by_its_own_cluster(two):
    tier, one, other = two
    with partitions.apart(tier, one):
        assert accepts(one.port)
        assert not _reaches(other, one)
    assert _reaches(other, one)


def _reaches(part: Part, other: Part) -> bool:
    """Say whether a process in the group of one node gets an answer from another node."""
    asks = f"from urllib.request import urlopen; urlopen('http://127.0.0.1:{other.port}', timeout=2)"
    return (
        subprocess.run(partitions.inside(part, sys.executable, "-c", asks), check=False, capture_output=True).returncode
        == 0
    )
