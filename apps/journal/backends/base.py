"""What a journal is. A backend must do the first part; the second has defaults that are slow but right."""

import abc
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError

from apps.journal.activities import Activity, Tombstone, emptied

Position = str
"""Where a scan stands: opaque, in the backend's own order. An empty one is the beginning."""


class Unanswered(OperationalError):  # noqa: N818 - named as what it says
    """The servers of the journal did not answer, or too few of them: no fault of what was asked."""


class BaseJournal(abc.ABC):
    """The record of activities. Its constructor must not connect: drivers must connect after a fork."""

    # Do claims and marks go by themselves when their time is up?
    expires_by_itself = False

    claim_lifetime = timedelta(hours=24)

    database = "default"
    """The alias in ``DATABASES`` of where it lies."""

    @abc.abstractmethod
    def append(self, activities: Sequence[Activity]) -> None:
        """Store them; the commit point. Appending the same activity again changes nothing."""

    def index(self, activities: Sequence[Activity]) -> None:  # noqa: B027 - most have nothing to do
        """Find again what an append that was interrupted had stored and not yet indexed. Repeating is harmless."""

    @abc.abstractmethod
    def get(self, ids: Iterable[UUID]) -> list[Activity]:
        """Return those of ``ids`` that are stored, in any order."""

    @abc.abstractmethod
    def by_actor(
        self, actor_id: UUID, *, before: UUID | None = None, since: datetime | None = None, limit: int = 100
    ) -> list[Activity]:
        """Return what ``actor_id`` did, newest first, older than ``before`` and not older than ``since``."""

    @abc.abstractmethod
    def newest_of(self, actor_id: UUID) -> UUID | None:
        """Return the id of the newest activity of ``actor_id``."""

    @abc.abstractmethod
    def scan(self, position: Position = "") -> Iterator[tuple[Position, Activity]]:
        """Yield everything appended before the scan began, once, each with the position to resume behind it."""

    @abc.abstractmethod
    def recent(self, since: datetime) -> Iterator[Activity]:
        """Yield everything accepted at or after ``since``, unordered."""

    @abc.abstractmethod
    def claim(self, *, actor_id: UUID, key: str, digest: str, activity: Activity) -> tuple[str, Activity]:
        """Claim (actor, key) for ``activity`` by unique insert; return the digest and activity that hold the claim."""

    @abc.abstractmethod
    def claimed(self, *, actor_id: UUID, key: str) -> tuple[str, Activity] | None:
        """Return the digest and activity that hold (actor, key), or None."""

    def forget_claims(self, *, before: datetime) -> None:  # noqa: B027
        """Drop claims made before ``before``, unless they expire by themselves."""

    @abc.abstractmethod
    def mark(self, done: Iterable[tuple[UUID, str]]) -> None:
        """Note that these (activity, stage) are done. Marking again changes nothing."""

    @abc.abstractmethod
    def marks(self, ids: Iterable[UUID]) -> dict[UUID, set[str]]:
        """Return the stages that are done, for those of ``ids`` that have any."""

    def forget_marks(self, *, before: datetime) -> None:  # noqa: B027
        """Drop the marks of activities accepted before ``before``, unless they expire by themselves."""

    @abc.abstractmethod
    def failed(self, id: UUID, stage: str, error: str) -> int:
        """Count a failure of ``stage``; return how many there were."""

    @abc.abstractmethod
    def failures(self) -> dict[tuple[UUID, str], tuple[int, str]]:
        """Return (times, last error) per (activity, stage) that failed and is not yet done."""

    @abc.abstractmethod
    def replace(self, activity: Activity) -> None:
        """Overwrite the payload of a stored activity, in its claim as well: for emptying only."""

    @abc.abstractmethod
    def remove(self, activities: Sequence[Activity]) -> None:
        """Remove what erased people did, wherever it came from."""

    @abc.abstractmethod
    def remove_actor(self, tombstone: Tombstone) -> None:
        """Store the tombstone first, then remove all that the actor did, idempotency claims included.

        To do it again removes what has arrived since, or was left when it was interrupted.
        """

    @abc.abstractmethod
    def tombstones(self, ids: Iterable[UUID] | None = None) -> dict[UUID, Tombstone]:
        """Return the tombstones of those people, or all of them."""

    @abc.abstractmethod
    def watermark(self) -> datetime | None:
        """Return the moment before which nothing is pending."""

    @abc.abstractmethod
    def set_watermark(self, moment: datetime) -> None:
        """Raise the watermark; it never falls."""

    @abc.abstractmethod
    def clock(self) -> datetime:
        """Return the time by the store's own clock."""

    def by_object(self, *, actor_id: UUID, object_id: UUID) -> list[Activity]:
        """Return what ``actor_id`` did to ``object_id``."""
        found: list[Activity] = []
        before: UUID | None = None
        while page := self.by_actor(actor_id, before=before, limit=500):
            found += [activity for activity in page if activity.object_id == object_id]
            before = page[-1].id
        return found

    def empty(self, ids: Iterable[UUID]) -> None:
        """Empty the payloads of these activities, as Delete does to what its object was made of."""
        for activity in self.get(ids):
            if not activity.payload.get("emptied"):
                self.replace(
                    Activity(
                        activity.id, activity.actor_id, activity.verb, activity.object_id, emptied(activity.payload)
                    )
                )
