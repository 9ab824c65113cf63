"""Fan-out: one entry to all followers it belongs to, in chunks. Repeating and resuming is harmless."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from uuid import UUID

from apps.core import metrics
from apps.core.ids import NIL
from apps.graph import selectors as graph
from apps.posts.values import Entry

from .handler import timelines
from .predicates import belongs

CHUNK = 1_000


def push(entry: Entry, *, epoch: int) -> None:
    """Push ``entry`` into every standing timeline of a follower that it belongs to."""
    after: UUID | None = NIL
    while after is not None:
        after = push_chunk(entry, after=after, epoch=epoch)


def push_chunk(entry: Entry, *, after: UUID, epoch: int) -> UUID | None:
    """Push to the next ``CHUNK`` followers by id behind ``after``; return the last of them, None if it was the end."""
    if entry.direct:
        push_to([person for person in entry.named if person != entry.author], entry, epoch=epoch)
        return None
    followers = graph.follower_ids(person_id=entry.author, after=after, limit=CHUNK)
    if followers:
        still = partial(graph.followers_between, person_id=entry.author, after=after, last=followers[-1])
        _push(followers, entry, still, epoch)
    return followers[-1] if len(followers) == CHUNK else None


def push_together(entries: Sequence[Entry], *, epoch: int) -> frozenset[UUID]:
    """Push those of several entries whose authors have few followers, and ask the graph once for all; return their ids."""
    if len(entries) < 2:
        return frozenset()
    counted = graph.follower_counts(people={entry.author for entry in entries})
    few = [entry for entry in entries if not entry.direct and counted[entry.author] <= CHUNK]
    authors = {entry.author for entry in few}
    followers = graph.followers_of(people=authors)
    markers = {e.id: timelines().markers(followers[e.author], entry_id=e.id, epoch=epoch) for e in few}
    if any(markers.values()):
        still = graph.followers_of(people=authors)
        for entry in few:
            _add(entry, markers[entry.id], still[entry.author])
    return frozenset(markers)


def push_to(owners: Sequence[UUID], entry: Entry, *, epoch: int) -> int:
    """Push ``entry`` into those timelines of ``owners`` that it belongs to; return into how many."""
    others = [owner for owner in owners if owner != entry.author]
    return _push(owners, entry, partial(_followers, entry.author, others), epoch)


def _push(owners: Sequence[UUID], entry: Entry, following: Callable[[], Collection[UUID]], epoch: int) -> int:
    """Push; ``following`` says who of ``owners`` follows the author.

    The markers are read before the graph is asked: who unfollows in between has their timeline dropped after, and what
    is added here goes down with it.
    """
    markers = timelines().markers(owners, entry_id=entry.id, epoch=epoch)
    return _add(entry, markers, following()) if markers else 0


def _add(entry: Entry, markers: Mapping[UUID, UUID], followers: Collection[UUID]) -> int:
    """Add an entry to those of the marked timelines to which it belongs; return to how many."""
    tokens = {owner: markers[owner] for owner in _owners(entry, markers, followers)}
    if tokens:
        timelines().add(entry, tokens=tokens)
        metrics.count(metrics.FANOUT_ENTRIES, amount=len(tokens))
    return len(tokens)


def _owners(entry: Entry, owners: Collection[UUID], followers: Collection[UUID]) -> Iterator[UUID]:
    """Yield to whom of ``owners`` the entry belongs: for a reply by one query more."""
    whose = {entry.author: followers}
    if entry.person not in (NIL, entry.author):
        whose[entry.person] = _followers(entry.person, owners)
    for owner in owners:
        follows = [person for person, all_of_them in whose.items() if owner in all_of_them]
        if belongs(viewer_id=owner, following=follows, entry=entry):
            yield owner


def _followers(person: UUID, people: Collection[UUID]) -> Collection[UUID]:
    return graph.followers_among(person_id=person, people=people) if people else ()
