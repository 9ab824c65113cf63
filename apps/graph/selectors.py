"""Reading the graph. Rows of one person are found from both ends, because a pair is stored once."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import reduce
from heapq import merge
from itertools import chain, islice
from operator import attrgetter, or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.core.ids import NIL
from apps.core.rows import rows_by_id

from . import counters
from .models import NEWEST, Pair
from .projectors import REGISTERS, pair_key
from .values import FOR_EVER, PeoplePage, Relation, Relations, Standing

_STATES = (
    "low",
    "high",
    *(f"{s}_{n}" for s in "ab" for n in ("following", "requested", "blocked", "muted", "mute_until")),
)
_REGISTERS = tuple(f"{side}_{register}" for side in "ab" for register in REGISTERS)
FOLLOWERS, FOLLOWING = "followers", "following"


def relations(*, viewer_id: UUID | None, people: Iterable[UUID]) -> Relations:
    """Return how the viewer stands to ``people``, in one query by key; to nobody for nobody."""
    wanted = {person for person in people if person not in (viewer_id, NIL)}
    if viewer_id is None or not wanted:
        return Relations(viewer_id or NIL)
    keys = [pair_key(viewer_id, person) for person in wanted]
    return Relations(viewer_id, _by_person(rows_by_id(Pair, keys, _STATES), viewer_id))


def relation(*, viewer_id: UUID, person_id: UUID) -> Standing:
    """Return how the viewer stands to one person, with what a next act between them must know."""
    row = Pair.objects.filter(pk=pair_key(viewer_id, person_id)).values(*_STATES, *_REGISTERS).first()
    if row is None:
        return Standing()
    states = _relation(*(row[name] for name in _STATES[2:]), is_low=row["low"] == viewer_id)
    theirs = row["b_follow"] if row["low"] == viewer_id else row["a_follow"]
    version = max(row[name] for name in _REGISTERS)
    return Standing(**vars(states), version=version, asked_by_follow=theirs)


def avoided(*, viewer_id: UUID) -> Relations:
    """Return how the viewer stands to everybody whom they block, who blocks them, or whom they mute."""
    states = [("low", "a_blocked"), ("low", "b_blocked"), ("low", "a_muted")]
    states += [("high", "a_blocked"), ("high", "b_blocked"), ("high", "b_muted")]
    any_of_them = reduce(or_, (Q(**{end: viewer_id, state: True}) for end, state in states))
    return Relations(viewer_id, _by_person(Pair.objects.filter(any_of_them).values_list(*_STATES), viewer_id))


def _by_person(rows: Iterable[tuple[Any, ...]], viewer_id: UUID) -> dict[UUID, Relation]:
    return {
        high if low == viewer_id else low: _relation(*states, is_low=low == viewer_id) for low, high, *states in rows
    }


def _relation(*states: Any, is_low: bool) -> Relation:
    """Return the relation that the columns of ``_STATES`` behind the two people say, as one of the two sees it."""
    mine, theirs = (states[:5], states[5:]) if is_low else (states[5:], states[:5])
    following, requested, blocked, muted, until = mine
    return Relation(
        following=following,
        followed_by=theirs[0],
        requested=requested,
        requested_by=theirs[1],
        blocking=blocked,
        blocked_by=theirs[2],
        muted_until=(until or FOR_EVER) if muted else None,
    )


def following_ids(*, person_id: UUID) -> frozenset[UUID]:
    """Return all whom a person follows: about ``FOLLOW_LIMIT`` at most, in two queries."""
    return frozenset(id for half in _halves(person_id, "following") for id in half.others())


def follower_ids(*, person_id: UUID, after: UUID = NIL, limit: int) -> list[UUID]:
    """Return the next ``limit`` followers by id behind ``after``: fan-out walks and resumes with it."""
    halves = _halves(person_id, "following", by_others=True)
    found = chain.from_iterable(half.others(after=after).order_by(half.other)[:limit] for half in halves)
    return sorted(found, key=attrgetter("int"))[:limit]


def followers_between(*, person_id: UUID, after: UUID, last: UUID) -> frozenset[UUID]:
    """Return the followers behind ``after`` up to ``last``: what was walked is asked for again by its range, which an
    index covers, instead of by hundreds of keys.
    """
    halves = _halves(person_id, "following", by_others=True)
    return frozenset(chain.from_iterable(half.others(after=after, last=last) for half in halves))


def followers_of(*, people: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return all followers of each of ``people``, who have few: in two queries, however many people."""
    found: dict[UUID, set[UUID]] = {person: set() for person in people}
    for half in _halves(people, "following", by_others=True):
        for person, follower in half.rows.values_list(half.end, half.other):
            found[person].add(follower)
    return found


def followers_among(*, person_id: UUID, people: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of ``people`` who follow a person, in one query by key."""
    keys = [pair_key(person_id, other) for other in people if other != person_id]
    rows = rows_by_id(Pair, keys, ("low", "high", "a_following", "b_following"))
    ends = ((low, by_low) if high == person_id else (high, by_high) for low, high, by_low, by_high in rows)
    return frozenset(other for other, follows in ends if follows)


def followers_page(*, person_id: UUID, cursor: UUID | None = None, limit: int) -> PeoplePage:
    """Return followers, the newest Follow first. The cursor is a Follow's id."""
    return _page(_halves(person_id, "following", by_others=True), cursor, limit)


def requests_page(*, person_id: UUID, cursor: UUID | None = None, limit: int) -> PeoplePage:
    """Return who asks to follow a person, newest first."""
    return _page(_halves(person_id, "requested", by_others=True), cursor, limit)


def following_page(*, person_id: UUID, cursor: UUID | None = None, limit: int) -> PeoplePage:
    """Return whom a person follows, newest first."""
    return _page(_halves(person_id, "following"), cursor, limit)


def blocked_page(*, person_id: UUID, cursor: UUID | None = None, limit: int) -> PeoplePage:
    """Return whom a person blocks, newest first."""
    return _page(_halves(person_id, "blocked"), cursor, limit)


def muted_page(*, person_id: UUID, cursor: UUID | None = None, limit: int, now: datetime) -> PeoplePage:
    """Return whom a person mutes at ``now``, newest first."""
    halves = _halves(person_id, "muted")
    standing = [half._replace(rows=half.rows.exclude(**{f"{half.side}_mute_until__lte": now})) for half in halves]
    return _page(standing, cursor, limit)


class _Half(NamedTuple):
    """The rows of a person at one end of pairs: who does it, by which register it is listed, where the two are."""

    rows: "QuerySet[Pair]"
    side: str
    register: str
    end: str
    other: str

    def others(self, *, after: UUID | None = None, last: UUID | None = None) -> "QuerySet[Pair, UUID]":
        bounds = {f"{self.other}__gt": after, f"{self.other}__lte": last}
        rows = self.rows.filter(**{name: bound for name, bound in bounds.items() if bound is not None})
        return rows.values_list(self.other, flat=True)

    def newest(self, cursor: UUID | None, limit: int) -> "QuerySet[Pair, tuple[UUID, UUID]]":
        rows = self.rows.filter(**{f"{self.register}__lt": cursor}) if cursor else self.rows
        return rows.order_by(f"-{self.register}").values_list(self.register, self.other)[:limit]


def _halves(whose: UUID | Collection[UUID], state: str, *, by_others: bool = False) -> list[_Half]:
    """Return where a person, or any of some, as low and as high, does ``state`` to somebody, or somebody to them."""
    return [_half(whose, state, end, "a" if (end == "low") != by_others else "b") for end in ("low", "high")]


def _half(whose: UUID | Collection[UUID], state: str, end: str, side: str) -> _Half:
    # SQLite looks for "IN (True)" in an index, but not for the bare column that Django makes of "= True"; an index with
    # a condition wants the latter.
    holds = {f"{side}_{state}__in": [True]} if state == "following" else {f"{side}_{state}": True}
    rows = Pair.objects.filter(**{end if isinstance(whose, UUID) else f"{end}__in": whose}, **holds)
    return _Half(rows, side, f"{side}_{NEWEST[state]}", end, "high" if end == "low" else "low")


def _page(halves: Iterable[_Half], cursor: UUID | None, limit: int) -> PeoplePage:
    found = list(islice(merge(*(half.newest(cursor, limit + 1) for half in halves), reverse=True), limit + 1))
    people = tuple(person for _, person in found[:limit])
    return PeoplePage(people, found[limit - 1][0] if len(found) > limit else None)


def follower_count(*, person_id: UUID) -> int:
    """Return how many followers were counted."""
    return follower_counts(people=[person_id])[person_id]


def follower_counts(*, people: Collection[UUID]) -> dict[UUID, int]:
    counted = counters.values(ids=people, kinds=[FOLLOWERS])
    return {person: counted[person, FOLLOWERS] for person in people}


def count_followers(object_id: UUID) -> int:
    return _count(object_id, "following", by_others=True)


def count_following(object_id: UUID) -> int:
    return _count(object_id, "following")


def count_followed_or_asked(*, person_id: UUID) -> int:
    """Return how many people a person follows or asks to follow, in one query."""
    halves = [half for state in ("following", "requested") for half in _halves(person_id, state)]
    return reduce(or_, (half.rows for half in halves)).count()


def count_requests(*, person_id: UUID) -> int:
    """Return how many people ask to follow a person, in one query: every page of theirs shows it."""
    asking = Q(low=person_id, b_requested=True) | Q(high=person_id, a_requested=True)
    return Pair.objects.filter(asking).count()


def _count(person_id: UUID, state: str, *, by_others: bool = False) -> int:
    return sum(half.rows.count() for half in _halves(person_id, state, by_others=by_others))
