"""Reading the graph. Rows of one person are found from both ends, because a pair is stored once."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.core.folds import batched
from apps.core.ids import NIL

from . import counters
from .models import Pair
from .projectors import REGISTERS, pair_key
from .values import FOR_EVER, PeoplePage, Relation, Relations

T = TypeVar("T")

_AT_ONCE = 500
FOLLOWERS, FOLLOWING = "followers", "following"


def relations(*, viewer_id: UUID | None, people: Iterable[UUID]) -> Relations:
    """Return how the viewer stands to ``people``, in one query by key; to nobody for nobody."""
    wanted = {person for person in people if person not in (viewer_id, NIL)}
    if viewer_id is None or not wanted:
        return Relations(viewer_id or NIL)
    keys = [pair_key(viewer_id, person) for person in wanted]
    rows = [row for part in batched(keys, _AT_ONCE) for row in Pair.objects.filter(pk__in=part)]
    return Relations(viewer_id, {_other(row, viewer_id): _relation(row, viewer_id) for row in rows})


def relation(*, viewer_id: UUID, person_id: UUID) -> Relation:
    return relations(viewer_id=viewer_id, people=[person_id]).to(person_id)


def avoided(*, viewer_id: UUID) -> Relations:
    """Return how the viewer stands to everybody whom they block, who blocks them, or whom they mute."""
    rows = Pair.objects.filter(
        Q(low=viewer_id) & (Q(a_blocked=True) | Q(b_blocked=True) | Q(a_muted=True))
        | Q(high=viewer_id) & (Q(a_blocked=True) | Q(b_blocked=True) | Q(b_muted=True))
    )
    return Relations(viewer_id, {_other(row, viewer_id): _relation(row, viewer_id) for row in rows})


def _other(row: Pair, viewer_id: UUID) -> UUID:
    return row.high if row.low == viewer_id else row.low


def _relation(row: Pair, viewer_id: UUID) -> Relation:
    mine, theirs = ("a", "b") if row.low == viewer_id else ("b", "a")

    def of(side: str, name: str):  # type: ignore[no-untyped-def]
        return getattr(row, f"{side}_{name}")

    until = (of(mine, "mute_until") or FOR_EVER) if of(mine, "muted") else None
    return Relation(
        following=of(mine, "following"),
        followed_by=of(theirs, "following"),
        requested=of(mine, "requested"),
        requested_by=of(theirs, "requested"),
        blocking=of(mine, "blocked"),
        blocked_by=of(theirs, "blocked"),
        muted_until=until,
        version=max(of(side, register) for side in "ab" for register in REGISTERS),
        asked_by_follow=of(theirs, "follow"),
    )


def following_ids(*, person_id: UUID) -> frozenset[UUID]:
    """Return all whom a person follows: at most ``FOLLOW_LIMIT``, in two queries."""
    as_low = Pair.objects.filter(low=person_id, a_following=True).values_list("high", flat=True)
    as_high = Pair.objects.filter(high=person_id, b_following=True).values_list("low", flat=True)
    return frozenset(as_low) | frozenset(as_high)


def follower_ids(*, person_id: UUID, after: UUID = NIL, limit: int) -> list[UUID]:
    """Return the next ``limit`` followers by id behind ``after``: fan-out walks and resumes with it."""
    lower = Pair.objects.filter(high=person_id, a_following=True, low__gt=after).order_by("low")
    higher = Pair.objects.filter(low=person_id, b_following=True, high__gt=after).order_by("high")
    found = merge(lower.values_list("low", flat=True)[:limit], higher.values_list("high", flat=True)[:limit])
    return list(_first(found, limit))


def followers_among(*, person_id: UUID, people: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of ``people`` who follow a person, in one query by key."""
    keys = [pair_key(person_id, other) for other in people if other != person_id]
    rows = (row for part in batched(keys, _AT_ONCE) for row in Pair.objects.filter(pk__in=part))
    return frozenset(_other(row, person_id) for row in rows if _relation(row, person_id).followed_by)


def _first(found: Iterable[T], limit: int) -> Iterator[T]:
    return islice(found, limit)


def followers_page(*, person_id: UUID, cursor: UUID | None = None, limit: int) -> PeoplePage:
    """Return followers, the newest Follow first. The cursor is a Follow's id."""
    return _page(_from_others(person_id, "following"), _from_others(person_id, "following", high=True), cursor, limit)


def requests_page(*, person_id: UUID, cursor: UUID | None = None, limit: int) -> PeoplePage:
    """Return who asks to follow a person, newest first."""
    return _page(_from_others(person_id, "requested"), _from_others(person_id, "requested", high=True), cursor, limit)


def following_page(*, person_id: UUID, cursor: UUID | None = None, limit: int) -> PeoplePage:
    """Return whom a person follows, newest first."""
    return _page(_by_person(person_id, "following"), _by_person(person_id, "following", high=True), cursor, limit)


def blocked_page(*, person_id: UUID, cursor: UUID | None = None, limit: int) -> PeoplePage:
    """Return whom a person blocks, newest first."""
    return _page(_by_person(person_id, "blocked"), _by_person(person_id, "blocked", high=True), cursor, limit)


def muted_page(*, person_id: UUID, cursor: UUID | None = None, limit: int, now: datetime) -> PeoplePage:
    """Return whom a person mutes at ``now``, newest first."""
    lower, higher = _by_person(person_id, "muted"), _by_person(person_id, "muted", high=True)
    lower = lower._replace(rows=lower.rows.exclude(a_mute_until__lte=now))
    higher = higher._replace(rows=higher.rows.exclude(b_mute_until__lte=now))
    return _page(lower, higher, cursor, limit)


class _Half(NamedTuple):
    """The rows of one end: what they are ordered by, and the column with the other person."""

    rows: "QuerySet[Pair]"
    register: str
    other: str


_REGISTER = {"following": "follow", "requested": "follow", "blocked": "block", "muted": "mute"}


def _by_person(person_id: UUID, state: str, *, high: bool = False) -> _Half:
    """Return the rows where ``person_id``, as low or as high, does ``state`` to somebody."""
    me, side, other = ("high", "b", "low") if high else ("low", "a", "high")
    rows = Pair.objects.filter(**{me: person_id, f"{side}_{state}": True})
    return _Half(rows, f"{side}_{_REGISTER[state]}", other)


def _from_others(person_id: UUID, state: str, *, high: bool = False) -> _Half:
    """Return the rows where somebody does ``state`` to ``person_id``."""
    me, side, other = ("high", "a", "low") if high else ("low", "b", "high")
    rows = Pair.objects.filter(**{me: person_id, f"{side}_{state}": True})
    return _Half(rows, f"{side}_{_REGISTER[state]}", other)


def _page(one: _Half, two: _Half, cursor: UUID | None, limit: int) -> PeoplePage:
    found = list(_first(merge(_newest(one, cursor, limit), _newest(two, cursor, limit), reverse=True), limit + 1))
    people = tuple(person for _, person in found[:limit])
    return PeoplePage(people, found[limit - 1][0] if len(found) > limit else None)


def _newest(half: _Half, cursor: UUID | None, limit: int) -> Iterable[tuple[UUID, UUID]]:
    rows = half.rows.filter(**{f"{half.register}__lt": cursor}) if cursor else half.rows
    return rows.order_by(f"-{half.register}").values_list(half.register, half.other)[: limit + 1]  # type: ignore[return-value]


def follower_count(*, person_id: UUID) -> int:
    return counters.values(ids=[person_id], kinds=[FOLLOWERS])[person_id, FOLLOWERS]


def count_followers(object_id: UUID) -> int:
    lower = Pair.objects.filter(high=object_id, a_following=True).count()
    return lower + Pair.objects.filter(low=object_id, b_following=True).count()


def count_following(object_id: UUID) -> int:
    lower = Pair.objects.filter(low=object_id, a_following=True).count()
    return lower + Pair.objects.filter(high=object_id, b_following=True).count()


def count_requests(*, person_id: UUID) -> int:
    lower = Pair.objects.filter(high=person_id, a_requested=True).count()
    return lower + Pair.objects.filter(low=person_id, b_requested=True).count()
