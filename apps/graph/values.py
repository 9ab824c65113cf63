"""How people stand to each other, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from apps.core.ids import NIL

FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Relation:
    """How the viewer stands to one person. ``muted_until`` is None without a mute, ``FOR_EVER`` for one without end."""

    following: bool = False
    followed_by: bool = False
    requested: bool = False
    requested_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muted_until: datetime | None = None

    def is_muted(self, now: datetime) -> bool:
        return self.muted_until is not None and self.muted_until > now


@dataclass(frozen=True)
class Standing(Relation):
    """A relation with what a next act between the two must know.

    ``version`` is the greatest activity id that made it so; ``asked_by_follow`` their newest Follow, which an Accept names.
    """

    version: UUID = NIL
    asked_by_follow: UUID = NIL


NONE = Relation()


@dataclass(frozen=True)
class Relations:
    """How ``viewer_id`` stands to each of some people; to all others there is no relation."""

    viewer_id: UUID
    by_person: Mapping[UUID, Relation] = field(default_factory=dict)

    def to(self, person: UUID) -> Relation:
        return self.by_person.get(person, NONE)

    def follows(self, person: UUID) -> bool:
        return self.to(person).following

    def blocks_between(self, person: UUID) -> bool:
        relation = self.to(person)
        return relation.blocking or relation.blocked_by

    def mutes(self, person: UUID, now: datetime) -> bool:
        return self.to(person).is_muted(now)

    def without_mutes(self) -> "Relations":
        """Return the same without mutes: whoever visits a muted person's page means to read it."""
        unmuted = {person: replace(relation, muted_until=None) for person, relation in self.by_person.items()}
        return Relations(self.viewer_id, unmuted)


@dataclass(frozen=True)
class PeoplePage:
    """A part of a list of people; ``cursor`` is where the next one begins, None at the end."""

    people: tuple[UUID, ...] = ()
    cursor: UUID | None = None


def moment_from(text: str | None) -> datetime | None:
    """Return the moment that a payload names, or None; to the millisecond, which every store keeps."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
