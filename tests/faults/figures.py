"""How quick answers were before a harm and meanwhile: figures of a run, never asserted."""

from collections.abc import Sequence
from dataclasses import dataclass

from .history import Did, Event, Outcome
from .registers import Span

_OTHER = (Did.PROFILE, Did.PUBLIC)
"""Pages that come from the database whatever the stores of timelines and sessions do."""


@dataclass(frozen=True)
class Figures:
    """Seconds within which 99 of 100 answers came; and how much of its rate somebody who reads such other pages one
    after the other kept. None where nothing was asked then.
    """

    p99_before: float | None
    p99_meanwhile: float | None
    kept: float | None


def figures(events: Sequence[Event], *, harm: Span) -> Figures:
    """``events`` are those of one fault; ``harm`` is when it lasted."""
    before = [event for event in events if event.ended < harm[0]]
    meanwhile = [event for event in events if harm[0] <= event.began <= harm[1]]
    usual, kept = (_rate([event for event in part if event.did in _OTHER]) for part in (before, meanwhile))
    return Figures(_p99(before), _p99(meanwhile), kept / usual if usual and kept is not None else None)


def _rate(events: Sequence[Event]) -> float | None:
    """Return how many pages somebody is shown in a second who asks for one after the other."""
    shown = sum(event.outcome is Outcome.OK for event in events)
    return shown / sum(map(_took, events)) if events else None


def _p99(events: Sequence[Event]) -> float | None:
    quick = sorted(map(_took, events))
    return quick[len(quick) * 99 // 100] if quick else None


def _took(event: Event) -> float:
    return event.ended - event.began
