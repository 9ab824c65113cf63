"""What stored timelines are. The base keeps none: every read asks the oracle, which is slow but right."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from apps.core.ids import MAX, NIL
from apps.posts.values import Entry


class Unavailable(Exception):  # noqa: N818 - the store's state, not a mistake
    """The store of timelines does not answer. Reading goes on from the oracle; pushes and drops stay pending."""


@dataclass(frozen=True)
class Part:
    """A part of a stored timeline, which holds all that belongs down to ``coverage`` (``NIL``: to the first post).

    ``facts`` came along from the owner's slot, by field; under ``lease`` further ones may be filled in.
    """

    entries: tuple[Entry, ...]
    coverage: UUID
    facts: Mapping[bytes, bytes] = field(default_factory=dict)
    lease: bytes = b""


@dataclass(frozen=True)
class Along:
    """Which facts of the owner's slot come along with a part: how the owner stands to everybody in it and to ``people``,
    what they did to the posts of its first ``posts`` entries.
    """

    people: tuple[UUID, ...] = ()
    posts: int = 0


NOTHING_ALONG = Along()


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

    # Does it keep facts beside timelines, so that a warm page need not ask the database?
    keeps_facts = False

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
        along: Along = NOTHING_ALONG,
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
        """Take away the markers: the next read builds anew. The owners' slots go with them."""

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

    # Facts: what pages are made of, as bytes (``facts``). One lies under a key of its own, or in a field of a person's
    # slot. Whoever misses one takes a lease, asks the database, and fills the answer in, which is refused once the
    # lease is gone. Whoever changes the row forgets the fact, and every lease on it, before that is acknowledged. So no
    # slow answer brings back the past, even where everything was emptied in between. And what another incarnation of the
    # store was given is not there: one that comes back a second older would show that second's deletions again.

    def facts(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Return what is kept under ``keys``; None where nothing is."""
        return [None] * len(keys)

    def lease(self, keys: Sequence[bytes]) -> list[bytes]:
        """Return a lease for each key under which nothing is kept; empty where something is."""
        return [b""] * len(keys)

    def fill(self, values: Mapping[bytes, tuple[bytes, bytes]], *, seconds: int) -> None:
        """Keep, for so long, the value of each key (lease, value) whose lease still stands."""

    def forget(self, keys: Sequence[bytes]) -> None:
        """Forget what is kept under ``keys``, and the leases on it."""

    def forget_all(self, *, besides: str = "") -> None:
        """Forget every fact and every lease; timelines stay.

        A store of several servers may keep those of servers that are as they were in the incarnation ``besides``.
        """

    def fill_slot(self, owner: UUID, *, lease: bytes, facts: Mapping[bytes, bytes]) -> None:
        """Keep fields of the owner's slot if the lease that came with a part still stands."""

    def forget_slots(self, slots: Mapping[UUID, Sequence[bytes]]) -> None:
        """Forget these fields of each owner's slot, all where none is named, and the leases on them."""
