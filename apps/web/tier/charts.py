"""Small charts of the last hour, each with a sentence that says the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.tiers.history import KEPT

from .boxes import line

_WIDTH, _HEIGHT, _ROOM = 120.0, 40.0, 4.0
LEAST = 3
"""Of so many samples on there are charts."""


@dataclass(frozen=True)
class Chart:
    """A line in a frame of 120 × 40, and what it says."""

    path: str
    says: str


def chart(name: str, points: Sequence[tuple[datetime, float]], *, now: datetime, say: Callable[[float], str]) -> Chart:
    """Return the chart of ``points``; an empty one where there are none."""
    if not points:
        return Chart("", f"{name}: nothing was measured.")
    values = [value for _, value in points]
    top = max(values) or 1.0
    steps: list[str | float] = []
    for moment, value in points:
        x = _WIDTH * (1 - (now - moment) / KEPT)
        steps += ["L" if steps else "M", x, _HEIGHT - (_HEIGHT - _ROOM) * value / top]
    since = f"{points[0][0]:%H:%M}"
    return Chart(line(*steps), f"{name} since {since}: between {say(min(values))} and {say(max(values))}.")
