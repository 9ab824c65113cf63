"""Waiting for a condition, never for a time."""

import os
import re
import time
from collections.abc import Callable

from .errors import TierError

PATIENCE = float(os.environ.get("TEST_PATIENCE", "1"))
"""Slow machines wait longer: deadlines are multiplied by this."""


def wait_until(condition: Callable[[], object], *, seconds: float, what: str) -> None:
    """Poll until ``condition`` holds; raise ``TierError`` naming ``what`` when it did not in time."""
    deadline = time.monotonic() + seconds * PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TierError(f"{what} did not happen within {seconds * PATIENCE:.0f} s")
        time.sleep(0.02)


def patient(configuration: str) -> str:
    """Return a configuration whose time-outs of whole seconds for an answer are multiplied likewise."""
    return re.sub(
        r"((?:read|first_byte)_timeout[ =]+)(\d+)s", lambda m: f"{m[1]}{round(int(m[2]) * PATIENCE)}s", configuration
    )
