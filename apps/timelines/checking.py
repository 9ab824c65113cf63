"""Holding stored timelines against the oracle, and saying why a post is or isn't in a feed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.accounts import selectors as accounts
from apps.core.ids import MAX, NIL
from apps.graph import selectors as graph
from apps.posts import selectors as posts
from apps.posts.values import Entry

from . import epochs, oracle
from .handler import timelines
from .home import Home
from .predicates import belongs
from .reader import LOOK_BACK, Reader
from .selectors import home

_MOST = 100_000


@dataclass(frozen=True)
class Wrong:
    """A timeline that is not what the oracle says. Entries that are merged at reading may be stored or not."""

    owner: UUID
    missing: tuple[UUID, ...]
    surplus: tuple[UUID, ...]

    def __str__(self) -> str:
        parts = {"missing": self.missing, "surplus": self.surplus}
        return f"{self.owner}: " + ", ".join(f"{len(ids)} {what} {_some(ids)}" for what, ids in parts.items() if ids)


def _some(ids: tuple[UUID, ...]) -> str:
    return "(" + ", ".join(map(str, ids[:3])) + (", …)" if len(ids) > 3 else ")") if ids else ""


def owners(*, now: datetime) -> Iterator[UUID]:
    """Yield everybody with a stored timeline."""
    epoch = epochs.current(now=now)
    if epoch is not None:
        yield from timelines().owners(epoch=epoch)


def everybody() -> Iterator[UUID]:
    """Yield all people, whether or not they have a stored timeline."""
    after = NIL
    while found := accounts.ids_after(after, limit=500):
        yield from found
        after = found[-1]


def build(*, owner: UUID, now: datetime) -> None:
    """Store a timeline for somebody who has none."""
    Home(owner, now=now).fetch(MAX, NIL, 1)


def check(*, owner: UUID, now: datetime) -> Wrong | None:
    """Return what is wrong with a stored timeline; None if nothing is, or none is stored."""
    epoch = epochs.current(now=now)
    part = timelines().read(owner, epoch=epoch, limit=_MOST, now=now) if epoch is not None else None
    if part is None:
        return None
    stored = {entry.id for entry in part.entries if entry.id >= part.coverage}
    floor = UUID(int=part.coverage.int - 1) if part.coverage != NIL else NIL
    following = graph.following_ids(person_id=owner)
    expected = oracle.entries(viewer_id=owner, following=following, after=floor, limit=_MOST)
    pushed = {head.id for head in posts.heads(ids=[entry.id for entry in expected]).values() if head.pushed}
    everything = {entry.id for entry in expected}
    missing, surplus = tuple(sorted((everything & pushed) - stored)), tuple(sorted(stored - everything))
    return Wrong(owner, missing, surplus) if missing or surplus else None


def explain(*, viewer_id: UUID, post_id: UUID, now: datetime) -> list[str]:
    """Return, in words, why an entry is or isn't in a viewer's home feed."""
    entry = posts.entries_by_id(ids=[post_id]).get(post_id)
    if entry is None:
        return ["There is no such post: it was never accepted, or its author was erased."]
    following = graph.following_ids(person_id=viewer_id)
    said = [_belonging(viewer_id, following, entry)]
    if belongs(viewer_id=viewer_id, following=following, entry=entry):
        stored = _stored(viewer_id, entry, now)  # Asked first: looking for twins reads the feed, which would store it.
        said += [*_seeing(viewer_id, entry, now), stored]
    return said


def _belonging(viewer_id: UUID, following: frozenset[UUID], entry: Entry) -> str:
    if entry.author == viewer_id:
        return "It belongs: the viewer wrote it."
    if entry.author not in following:
        return f"It doesn't belong: the viewer doesn't follow its author {entry.author}."
    if entry.direct and viewer_id not in entry.named:
        return "It doesn't belong: it was written for mentioned people only, and doesn't name the viewer."
    if not belongs(viewer_id=viewer_id, following=following, entry=entry):
        return f"It doesn't belong: it answers {entry.person}, whom the viewer doesn't follow."
    return f"It belongs: the viewer follows {entry.author}."


def _seeing(viewer_id: UUID, entry: Entry, now: datetime) -> Iterator[str]:
    head = posts.heads(ids=[entry.id, entry.post])
    original = head.get(entry.post)
    if original is None:
        yield "It can't be shown: the reposted post is gone."
        return
    for one in {head[entry.id], original}:
        relation = graph.relation(viewer_id=viewer_id, person_id=one.author)
        if not one.standing:
            yield f"{one.id} was deleted, undone, or hidden by staff."
        if relation.blocking or relation.blocked_by:
            yield f"There is a block between the viewer and {one.author}."
        if relation.is_muted(now):
            yield f"The viewer mutes {one.author} until {relation.muted_until:%Y-%m-%d %H:%M}."
    if entry.id in Reader(viewer_id, now).seen([entry]):
        yield "The viewer may see it."
        yield from _twins(viewer_id, entry, now)
    else:
        yield f"So the viewer may not see it now; its audience is {original.audience.word}."


def _twins(viewer_id: UUID, entry: Entry, now: datetime) -> Iterator[str]:
    shown = home(viewer_id=viewer_id, before=UUID(int=entry.id.int + 1), limit=1, now=now).entries
    if not shown or shown[0].entry.id != entry.id:
        yield f"It is not repeated: the same post stands among the {LOOK_BACK} entries below it."


def _stored(viewer_id: UUID, entry: Entry, now: datetime) -> str:
    epoch = epochs.current(now=now)
    part = timelines().read(viewer_id, epoch=epoch, limit=_MOST, now=now) if epoch is not None else None
    if part is None:
        return "No timeline is stored for the viewer: the next read builds it."
    if entry.id < part.coverage:
        return "It lies below what is stored: reading takes it from the database."
    return "It is stored." if any(e.id == entry.id for e in part.entries) else "It is not stored."
