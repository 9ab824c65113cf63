"""What starts at the same time is given different ports, in one process and in several."""

import subprocess
import sys

import pytest

from deploy.bin.tier import ports

pytestmark = pytest.mark.once
_FEW = range(31_000, 31_060)
_ASK = f"""
from deploy.bin.tier import ports
ports._RANGE = range({_FEW.start}, {_FEW.stop})
print(*(ports.free_port() for _ in range(20)))
input()
"""


def test_no_port_is_promised_twice(monkeypatch):
    monkeypatch.setattr(ports, "_RANGE", _FEW)
    with subprocess.Popen(
        [sys.executable, "-c", _ASK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        theirs = [int(word) for word in other.stdout.readline().split()]
        ours = [ports.free_port() for _ in range(20)]
        other.communicate("\n")
    assert len({*theirs, *ours}) == 40


def test_what_was_promised_is_free_again_when_its_process_is_gone(monkeypatch):
    monkeypatch.setattr(ports, "_RANGE", _FEW)
    said = subprocess.run([sys.executable, "-c", _ASK], input="\n", capture_output=True, text=True, check=True).stdout
    theirs = {int(word) for word in said.split()}
    monkeypatch.setattr(ports, "_RANGE", sorted(theirs))
    assert ports.free_port() in theirs
