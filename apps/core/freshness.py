"""Which reads may be a little late. Code marks them; whether there is a replica to send them to, a database router knows.

Only what never changes may be read so, and only where each row is checked again before it is shown: then what is late is
not there yet, and never wrong.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .ids import NIL


@dataclass
class Reading:
    """Whose page it is, and when. ``alias`` is what a router decided for all queries of the block."""

    reader_id: UUID
    now: datetime
    alias: str = ""


_reading: ContextVar[Reading | None] = ContextVar("reading", default=None)


@contextmanager
def may_be_stale(*, reader_id: UUID, now: datetime) -> Iterator[None]:
    """Say that what is read within may be late, unless ``reader_id`` has just written: their own must be there.

    Pages for nobody in particular (``NIL``) lie in shared caches, so they are read fresh.
    """
    token = _reading.set(Reading(reader_id, now) if reader_id != NIL else None)
    try:
        yield
    finally:
        _reading.reset(token)


def reading() -> Reading | None:
    """Return who reads what may be late, or None where it may not."""
    return _reading.get()
