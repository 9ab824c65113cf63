"""The clock of this process against the journal's: ids are moments, so a wrong clock must not write."""

import threading
from datetime import UTC, datetime

from .exceptions import ClockIsOff
from .handler import journal

LIMIT_SECONDS = 1.0
_EVERY_SECONDS = 10.0

_lock = threading.Lock()
_measured: tuple[float, float] | None = None


def offset(*, now: datetime) -> float:
    """Return by how many seconds this clock is ahead of the journal's, measured at most every 10 s."""
    global _measured
    with _lock:
        if _measured is None or abs(now.timestamp() - _measured[0]) >= _EVERY_SECONDS:
            _measured = (now.timestamp(), _measure())
        return _measured[1]


def _measure() -> float:
    before = datetime.now(UTC)
    store = journal().clock()
    after = datetime.now(UTC)
    return (before + (after - before) / 2 - store).total_seconds()


def check_clock(now: datetime) -> None:
    """Refuse to write when this clock is off by more than a second.

    A caller may pass a later or an earlier ``now`` on purpose (an import, a test); only the clock itself is measured.
    """
    ahead = offset(now=now)
    if abs(ahead) > LIMIT_SECONDS:
        raise ClockIsOff(ahead)
