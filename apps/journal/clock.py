"""The clock of this process against the journal's: ids are moments, so a wrong clock must not write."""

from datetime import UTC, datetime
from statistics import median

from .exceptions import ClockIsOff
from .handler import journal

LIMIT_SECONDS = 1.0
_EVERY_SECONDS = 10.0

_measured: tuple[float, float] | None = None


def offset(*, now: datetime) -> float:
    """Return by how many seconds this clock is ahead of the journal's, measured about every 10 s.

    Of a cluster each node has a clock, and they are asked in turn: by one that is off nobody is judged.
    """
    global _measured
    held = _measured  # No lock: threads that measure at the same time wait side by side for a journal that is away.
    if held is None or abs(now.timestamp() - held[0]) >= _EVERY_SECONDS:
        ahead = _measure()
        if abs(ahead) > LIMIT_SECONDS:
            ahead = median([ahead, _measure(), _measure()])
        held = _measured = (now.timestamp(), ahead)
    return held[1]


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
