"""Fan-out: one entry to all followers it belongs to, in chunks. Repeating and resuming is harmless."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from apps.core.ids import NIL
from apps.graph import selectors as graph
from apps.journal.activities import Verb
from apps.journal.handler import journal
from apps.posts import selectors as posts
from apps.posts.values import Entry

from .handler import timelines
from .predicates import belongs

CHUNK = 500


def is_large(author: UUID, most: int) -> bool:
    """Say whether ``author`` has more than ``most`` followers."""
    return graph.follower_count(person_id=author) > most


def push(entry: Entry, *, epoch: int) -> int:
    """Push ``entry`` into every standing timeline that it belongs to; return into how many."""
    return sum(timelines().push(owners, entry, epoch=epoch) for owners in owners_of(entry))


def owners_of(entry: Entry) -> Iterator[list[UUID]]:
    """Yield, in chunks, the followers of the author to whom ``entry`` belongs."""
    after = NIL
    while followers := graph.follower_ids(person_id=entry.author, after=after, limit=CHUNK):
        yield [owner for owner in followers if owner in _those_of(entry, followers)]
        after = followers[-1]


def _those_of(entry: Entry, followers: list[UUID]) -> set[UUID]:
    """Return to which ``followers`` the entry belongs: a reply only to those who follow whom it answers."""
    know = graph.followers_among(person_id=entry.person, people=followers) if entry.person != NIL else frozenset()
    return {
        owner
        for owner in followers
        if belongs(
            viewer_id=owner, following={entry.author, entry.person} if owner in know else {entry.author}, entry=entry
        )
    }


def redeliver(*, since: datetime, epoch: int) -> int:
    """Push again what was accepted since: after a switch, or when the store lost its last moments."""
    made = (
        a for a in journal().recent(since) if a.verb in (Verb.CREATE, Verb.ANNOUNCE) and a.payload.get("pushed", True)
    )
    again = 0
    for activity in made:
        for entry in posts.entries_by_id(ids=[activity.object_id]).values():
            timelines().push([entry.author], entry, epoch=epoch)
            push(entry, epoch=epoch)
            again += 1
    return again
