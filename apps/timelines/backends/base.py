"""What stored timelines are. The base keeps none: every read asks the oracle, which is slow but right."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apps.core.ids import MAX, NIL
from apps.posts.values import Entry


class Unavailable(Exception):  # noqa: N818 - the store's state, not a mistake
    """The store of timelines does not answer. Reading goes on from the oracle; pushes and drops stay pending."""


@dataclass(frozen=True)
class Part:
    """A part of a stored timeline, which holds all that belongs down to ``coverage`` (``NIL``: to the first post)."""

    entries: tuple[Entry, ...]
    coverage: UUID


class BaseTimelines:
    """Home timelines, keyed by owner. Its constructor must not connect.

    A timeline stands where its marker of the current epoch does; whatever else is stored does not count. A build
    writes the marker with its token (``begin``), asks the oracle, and stores the answer only if the token still stands
    (``complete``); so a drop in between throws the answer away. A push reads the ``markers``, also of what is being
    built, then asks the graph whether the entry belongs, then adds it under the tokens that it read: so no build misses
    an entry, and none comes back after an unfollow. All of it may be emptied at any moment. Every method may raise
    ``Unavailable``.
    """

    # Does it keep anything, so that reading need not ask the oracle?
    stores = False

    take_over_after = timedelta(seconds=10)
    """A build that has not completed by then may be taken over by another."""

    def __init__(self, CAP: int = 200) -> None:  # noqa: N803 - an option of the settings
        self.cap = CAP

    @property
    def servers(self) -> tuple[str, ...]:
        """Return the addresses of servers of its own, as URLs; none where it lies in the default database."""
        return ()

    def ping(self) -> None:
        """Raise ``Unavailable`` unless the store answers now."""

    def read(
        self,
        owner: UUID,
        *,
        epoch: int,
        before: UUID = MAX,
        after: UUID = NIL,
        newest_first: bool = True,
        limit: int,
        now: datetime,
    ) -> Part | None:
        """Return what is stored between ``after`` and ``before``; None if no complete timeline stands there."""
        return None

    def begin(self, owner: UUID, *, epoch: int, token: UUID, now: datetime) -> bool:
        """Write the marker *building*, unless another build is under way; return whether this one may go on."""
        return False

    def complete(self, owner: UUID, *, token: UUID, entries: Sequence[Entry], coverage: UUID) -> bool:
        """Store the answer, complete down to ``coverage``, if ``token`` still stands; return whether it did."""
        return False

    def markers(self, owners: Iterable[UUID], *, entry_id: UUID, epoch: int) -> dict[UUID, UUID]:
        """Return the tokens of the markers that cover an entry: complete down to it, or being built."""
        return {}

    def add(self, entry: Entry, *, tokens: Mapping[UUID, UUID]) -> None:
        """Add an entry to the timelines of these owners, where the token still stands. Repeating is harmless."""

    def drop(self, owners: Iterable[UUID], *, now: datetime) -> None:
        """Take away the markers: the next read builds anew."""

    def trim(self, *, now: datetime) -> int:
        """Raise the coverage of timelines that are over the cap; return for how many."""
        return 0

    def clean(self, *, now: datetime) -> None:
        """Delete what was dropped or trimmed more than a minute ago."""

    def expire(self, *, unread_since: datetime, now: datetime) -> int:
        """Drop timelines that nobody has read since; return how many."""
        return 0

    def owners(self, *, epoch: int) -> Iterator[UUID]:
        """Yield the owners of complete timelines, in any order."""
        return iter(())

    def incarnation(self) -> str:
        """Return what changes whenever the store may have lost what it was given last: a restart, another master.

        Empty for a store that loses nothing. At most 500 characters.
        """
        return ""

    def empty(self) -> None:
        """Forget everything."""
