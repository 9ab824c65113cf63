"""What was done, how it was answered, and what the pages showed: the record that the checker holds against the rules.

Times are seconds of one monotonic clock, the driver's own, so that "before" and "after" mean something.
"""

import math
import threading
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus


class Did(StrEnum):
    """What somebody can do."""

    POST = "post"
    EDIT = "edit"
    NARROW = "narrow"
    DELETE = "delete"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    BLOCK = "block"
    UNBLOCK = "unblock"
    MUTE = "mute"
    UNMUTE = "unmute"
    HOME = "home"
    PROFILE = "profile"
    PUBLIC = "public"


READS = (Did.HOME, Did.PROFILE, Did.PUBLIC)


class Outcome(StrEnum):
    OK = "acknowledged"
    FAILED = "failed"
    """Refused: it was not done and will not be."""
    UNKNOWN = "unknown"
    """503, a time-out or a broken connection, and never asked again: it may have been done, or may still be."""


@dataclass(frozen=True)
class Item:
    """A post as a page shows it: its id, whose it is (a name), its number among theirs, the version of its text."""

    id: str
    author: str
    number: int
    version: int

    @property
    def post(self) -> tuple[str, int]:
        return self.author, self.number


@dataclass(frozen=True)
class Page:
    """What was shown. ``before`` is where it was asked to begin, ``older`` where it says that the next one does.

    ``walk`` is the same for pages that were reached from each other.
    """

    items: tuple[Item, ...]
    whose: str
    before: str = ""
    older: str = ""
    walk: int = 0
    degraded: bool = False


def _is_none(status: int) -> bool:
    return status == 0 or status >= HTTPStatus.INTERNAL_SERVER_ERROR


@dataclass(frozen=True)
class Event:
    """Something that ``who`` did to ``target`` (a person's name), tried until it was answered or given up.

    ``number`` is the number of the post among its author's, ``version`` that of its text, ``audience`` the word of a form.
    ``who`` is empty for a stranger.
    """

    who: str
    did: Did
    began: float
    ended: float
    outcome: Outcome
    target: str = ""
    number: int = 0
    version: int = 0
    audience: str = ""
    page: Page | None = None
    statuses: tuple[int, ...] = ()
    """One of each answer, 0 where none came, until it was acknowledged, refused or given up."""

    @property
    def retries(self) -> int:
        return sum(map(_is_none, self.statuses))

    @property
    def is_answered(self) -> bool:
        """Say whether the last answer was one, whichever: who asks again for what an earlier try did may be refused."""
        return not _is_none(self.statuses[-1])

    @property
    def is_as_oneself(self) -> bool:
        """Say whether the page was made for who asked for it."""
        return self.page is not None and self.page.whose == self.who

    @property
    def done_by(self) -> float:
        """Return when it was surely done, if at all: never, for what is unknown."""
        return self.ended if self.outcome is Outcome.OK else math.inf


class History:
    """Events in the order in which they ended; several threads add to it."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._lock = threading.Lock()

    def add(self, event: Event) -> None:
        with self._lock:
            self._events.append(event)

    def events(self, since: int = 0) -> list[Event]:
        with self._lock:
            return self._events[since:]

    def __len__(self) -> int:
        return len(self._events)
