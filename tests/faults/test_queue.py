"""The queue is stopped while posts come in: it drains faster than they came, and every follower has every post."""

import os
import subprocess
import sys

import pytest

from tests.waiting import PATIENCE

from .harms import killed
from .pouring import READERS
from .rush import Rush
from .test_rush import OPERATIONS

pytestmark = [pytest.mark.rush, pytest.mark.skipif(not OPERATIONS, reason="in long runs only")]
POSTS = int(os.environ.get("FAULT_POURED", "3000"))


def run(rush: Rush, *command: str, seconds: float) -> list[float]:
    said = subprocess.run(
        [sys.executable, "-m", "tests.faults.pouring", *command], env={**os.environ, **rush.tier.environ},
        capture_output=True, text=True, timeout=seconds * PATIENCE, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr[-2000:]
    return [float(word) for word in said.stdout.split()]


def test_what_came_in_while_no_worker_ran_is_delivered_three_times_as_fast(rush):
    if "worker-1" not in rush.tier.parts:
        pytest.skip("this tier has no worker")
    with killed("worker-1")(rush):
        began, poured = run(rush, "pour", str(POSTS), seconds=300)
    (drained,) = run(rush, "drained", str(began), seconds=max(10, poured / 3))
    print(
        f"{POSTS} posts came in {poured:.1f} s and were delivered in {drained:.1f} s: {poured / drained:.1f}× as fast"
    )
    script = (
        "from apps.accounts.selectors import person_by_name\n"
        "from apps.timelines.handler import timelines\n"
        "from apps.timelines import epochs\n"
        "from django.utils import timezone\n"
        f"for name in {READERS}:\n"
        "    part = timelines().read(person_by_name(name=name), epoch=epochs.certain(), limit=10_000, now=timezone.now())\n"
        "    print(len(part.entries), len({e.id for e in part.entries}))\n"
    )
    for line in rush.tier.manage("shell", "-v0", "-c", script).splitlines():
        stored, different = map(int, line.split())
        assert stored == different >= min(POSTS, 200)
