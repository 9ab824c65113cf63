"""Reading who somebody is. Only people whose profile is projected can be found."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core.ids import NIL, moment_of
from apps.core.rows import rows_by_id

from .models import Profile, User
from .names import name_key


@dataclass(frozen=True)
class Card:
    """What stands beside each post of a person."""

    id: UUID
    username: str
    display_name: str
    locked: bool
    is_suspended: bool
    version: UUID


@dataclass(frozen=True)
class ProfileView(Card):
    """What a person's own page says. ``links`` are pairs of label and address."""

    bio: str
    links: tuple[tuple[str, str], ...]
    joined: datetime


_CARD = ("pk", "username", "display_name", "locked", "is_suspended", "created", "updated", "suspended", "restored")


def cards(*, ids: Iterable[UUID]) -> dict[UUID, Card]:
    """Return the cards of those of ``ids`` who are here, in one query."""
    rows = rows_by_id(Profile, set(ids) - {NIL}, _CARD)
    return {row[0]: Card(row[0], row[1], row[2], row[3], row[4], max(row[5:])) for row in rows if row[5] != NIL}


def card_of(*, id: UUID) -> Card | None:
    return cards(ids=[id]).get(id)


def profile(*, id: UUID) -> ProfileView | None:
    row = Profile.objects.filter(pk=id).exclude(created=NIL).first()
    if row is None:
        return None
    version = max(row.created, row.updated, row.suspended, row.restored)
    stored: list[list[str]] = row.links
    links = tuple((label, address) for label, address in stored)
    return ProfileView(
        id=row.pk,
        username=row.username,
        display_name=row.display_name,
        locked=row.locked,
        is_suspended=row.is_suspended,
        version=version,
        bio=row.bio,
        links=links,
        joined=moment_of(row.created),
    )


def ids_after(id: UUID, *, limit: int) -> list[UUID]:
    """Return the next people by id, for going through everybody."""
    people = Profile.objects.filter(pk__gt=id).exclude(created=NIL).order_by("pk")
    return list(people.values_list("pk", flat=True)[:limit])


def person_by_name(*, name: str) -> UUID | None:
    """Return who is called so, however it is written; nobody who was erased."""
    return ids_by_names(names=[name]).get(name_key(name))


def ids_by_names(*, names: Iterable[str]) -> dict[str, UUID]:
    """Return the people of those names, by name key, in one query."""
    keys = {name_key(name) for name in names if "\x00" not in name}  # PostgreSQL takes none
    rows = User.objects.filter(username_key__in=keys, erased=False)
    return dict(rows.values_list("username_key", "pk")) if keys else {}


def is_suspended(*, id: UUID) -> bool:
    return bool(suspended_ids(ids=[id]))


def suspended_ids(*, ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return who of ``ids`` is suspended."""
    rows = Profile.objects.filter(pk__in=list(ids), is_suspended=True)
    return frozenset(rows.values_list("pk", flat=True))
