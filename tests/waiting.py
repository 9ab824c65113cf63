"""Deadlines to poll against: never a sleep in place of a condition."""

import os
import time
from collections.abc import Callable

PATIENCE = float(os.environ.get("TEST_PATIENCE", "5" if os.environ.get("CI") else "1"))
"""How many times longer than promised a busy machine may take."""


def wait_until(condition: Callable[[], object], *, seconds: float, what: str) -> float:
    """Poll until ``condition`` holds; return the seconds it took, or fail naming ``what``."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds * PATIENCE:
            raise AssertionError(f"{what} did not happen within {seconds} s × {PATIENCE}")
        time.sleep(0.02)
    return time.monotonic() - started
