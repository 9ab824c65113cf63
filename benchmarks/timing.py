"""Comparing arms: interleaved in random order in one run, after a warm-up, the median of the rounds.

CPU is that of this process and of the stores; wall is what somebody waits. A ratio of two arms of one run is what may be
compared between machines; a figure alone may not.
"""

import os
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

from deploy.bin.tier import Tier
from deploy.bin.tier.processes import group

Arm = Callable[[], object]
ROUNDS = 7
_ROUND_SECONDS = 0.25


@dataclass(frozen=True)
class Cost:
    """Microseconds a call."""

    cpu: float
    wall: float


def cpu_of(pids: Iterable[int]) -> float:
    """Return the CPU seconds that processes have used, by their clocks in the kernel, which tick in nanoseconds."""
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


@cache
def stores() -> tuple[int, ...]:
    """Return the processes of the stores that were started for this one; none where all of it is within this one."""
    tier = Tier.found(Path(os.environ["STORES_FOLDER"]))
    return tuple(pid for part in tier.parts.values() if part.pid for pid in group(part.pid)) if tier else ()


def cpu_seconds() -> float:
    """Return the CPU seconds that this process and the stores have used."""
    return time.process_time() + cpu_of(stores())


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
