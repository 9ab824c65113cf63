"""Comparing arms: interleaved in random order in one run, after a warm-up, the median of the rounds.

CPU is that of this process and of the database server; wall is what somebody waits. A ratio of two arms of one run is
what may be compared between machines; a figure alone may not.
"""

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection

Arm = Callable[[], object]
ROUNDS = 7
_ROUND_SECONDS = 0.25
_TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Microseconds a call."""

    cpu: float
    wall: float


@cache
def _server() -> Path | None:
    """Return where the kernel tells the CPU time of the database server; None where it is within this process."""
    if connection.vendor != "mongodb":
        return None
    mongodb: Any = connection
    return Path("/proc", str(mongodb.database.command("serverStatus")["pid"]), "stat")


def cpu_seconds() -> float:
    """Return the CPU seconds that this process and the server have used."""
    stat = _server()
    if stat is None:
        return time.process_time()
    user, system = stat.read_text().rsplit(")", 1)[1].split()[11:13]
    return time.process_time() + (int(user) + int(system)) * _TICK


def compare(arms: Mapping[str, Arm], *, rounds: int = ROUNDS) -> dict[str, Cost]:
    """Return what a call of each arm costs."""
    calls = {name: _calls(arm) for name, arm in arms.items()}
    chance = random.Random(len(arms))
    found: dict[str, list[Cost]] = {name: [] for name in arms}
    for _ in range(rounds):
        for name in chance.sample(list(arms), len(arms)):
            found[name].append(_round(arms[name], calls[name]))
    return {name: Cost(median(c.cpu for c in costs), median(c.wall for c in costs)) for name, costs in found.items()}


def _calls(arm: Arm) -> int:
    """Warm an arm up, and return how many calls fill a round."""
    arm()
    started = time.perf_counter()
    arm()
    arm()
    return max(1, int(_ROUND_SECONDS / ((time.perf_counter() - started) / 2)))


def _round(arm: Arm, calls: int) -> Cost:
    cpu, wall = cpu_seconds(), time.perf_counter()
    for _ in range(calls):
        arm()
    return Cost((cpu_seconds() - cpu) / calls * 1e6, (time.perf_counter() - wall) / calls * 1e6)
