"""What the sweeper says of its last round, where every process of the site can read it."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.utils import timezone

from apps.core import notes

log = logging.getLogger(__name__)

_KEY = "sweeper:last"
_KEPT_SECONDS = 24 * 3600
SILENT_AFTER = timedelta(seconds=30)
"""Who has swept last so long ago is dead: a round begins every 3 s, and says so again with every batch."""


@dataclass(frozen=True)
class Round:
    """The last round: when it was heard of, what it left undone, and per stage when the oldest of that was accepted."""

    heard: datetime
    pending: int = 0
    set_aside: int = 0
    oldest: Mapping[str, datetime] = field(default_factory=dict)

    def age(self, now: datetime) -> timedelta:
        """Return how long ago it was heard of."""
        return max(timedelta(0), now - self.heard)

    def waiting_since(self, *, besides: Collection[str] = ()) -> datetime | None:
        """Return when the oldest of what is pending was accepted, leaving out these stages."""
        return min((moment for stage, moment in self.oldest.items() if stage not in besides), default=None)


def note(*, pending: int, oldest: Mapping[str, datetime], set_aside: int) -> None:
    """Leave word of a round that has ended."""
    _write(Round(timezone.now(), pending, set_aside, dict(oldest)))


def beat() -> None:
    """Say that a round is under way: one over a large backlog is long."""
    try:
        held = last() or Round(timezone.now())
    except Exception as error:
        log.warning("sweep_not_told", extra={"error": str(error)})
        return
    _write(replace(held, heard=timezone.now()))


def last() -> Round | None:
    """Return the last round that was heard of. Raises what the cache raises while it is away."""
    return notes.read(_KEY, Round)


def _write(heard: Round) -> None:
    try:
        notes.leave(_KEY, heard, seconds=_KEPT_SECONDS)
    except Exception as error:  # Sweeping goes on where nobody can be told.
        log.warning("sweep_not_told", extra={"error": str(error)})
