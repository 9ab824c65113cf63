"""A second, independent definition of everything that Prowl shows: plain Python over the accepted activities.

Nothing here is stored, quick or clever: sets and sorts over the whole list at every question. Tests hold the product
against it, so it imports nothing of it. An activity is anything with ``id``, ``actor_id``, ``verb``, ``object_id`` and
``payload``; their order and repetitions don't matter.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

NIL = UUID(int=0)
STAFF = UUID("00000000-0000-7000-8000-0000000057af")
PUBLIC, UNLISTED, FOLLOWERS, MENTIONED = range(4)
LOOK_BACK = 40
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """A post, or a repost: then ``of`` is the post that it repeats."""

    id: UUID
    author: UUID
    of: UUID
    person: UUID = NIL
    parent: UUID = NIL
    thread: UUID = NIL
    direct: bool = False
    named: frozenset[UUID] = frozenset()
    mentions: frozenset[UUID] = frozenset()
    audience: int = PUBLIC
    text: str = ""
    tags: frozenset[str] = frozenset()
    standing: bool = True


class Model:
    """What follows from ``activities``. ``erased`` people did nothing, and nothing was done to them."""

    def __init__(self, activities: Iterable[Any], *, erased: Collection[UUID] = ()) -> None:
        alive = {a.id: a for a in activities if a.actor_id not in erased and a.object_id not in erased}
        self.activities = sorted(alive.values(), key=lambda a: a.id)
        objects = {a.object_id for a in self.activities if a.verb in ("Create", "Announce")}
        made = (self._entry(object) for object in objects)
        self.entries = {entry.id: entry for entry in made if entry}

    def newest(self, verb: str, *, by: UUID | None = None, to: UUID | None = None, of: str | None = None) -> UUID:
        """Return the greatest id of the activities that are so, ``NIL`` for none."""
        return max((a.id for a in self._all(verb, by=by, to=to, of=of)), default=NIL)

    def _all(self, *verbs: str, by: UUID | None = None, to: UUID | None = None, of: str | None = None) -> list[Any]:
        return [
            a
            for a in self.activities
            if a.verb in verbs
            and by in (None, a.actor_id)
            and to in (None, a.object_id)
            and (of is None or of in (a.payload.get("of"), a.payload.get("type")))
        ]

    def blocks(self, one: UUID, other: UUID) -> bool:
        return self.newest("Block", by=one, to=other) > self.newest("Undo", by=one, to=other, of="Block")

    def apart(self, one: UUID, other: UUID) -> bool:
        return self.blocks(one, other) or self.blocks(other, one)

    def _ended(self, one: UUID, other: UUID) -> UUID:
        """Return the last act after which ``one`` can't go on following ``other``."""
        ends = [self.newest("Undo", by=one, to=other, of="Follow"), self.newest("Reject", by=other, to=one)]
        for a, b in ((one, other), (other, one)):
            ends += [self.newest("Block", by=a, to=b), self.newest("Undo", by=a, to=b, of="Block")]
        return max(ends)

    def follows(self, one: UUID, other: UUID) -> bool:
        open_ones = [a.id for a in self._all("Follow", by=one, to=other) if a.payload.get("approved")]
        accepted = [UUID(a.payload["follow"]) for a in self._all("Accept", by=other, to=one)]
        granted = max([*open_ones, *accepted], default=NIL)
        return one != other and granted > self._ended(one, other) and not self.apart(one, other)

    def asks(self, one: UUID, other: UUID) -> bool:
        """Say whether a request of ``one`` to follow ``other`` waits for an answer."""
        stands = self.newest("Follow", by=one, to=other) > self._ended(one, other)
        return stands and not self.follows(one, other) and not self.apart(one, other)

    def mutes(self, one: UUID, other: UUID, now: datetime) -> bool:
        mute = self.newest("Mute", by=one, to=other)
        if mute <= self.newest("Undo", by=one, to=other, of="Mute"):
            return False
        until = next(a.payload.get("until") for a in self.activities if a.id == mute)
        return (datetime.fromisoformat(until) if until else NEVER) > now

    def suspended(self, person: UUID) -> bool:
        return self.newest("Suspend", by=STAFF, to=person) > self.newest("Restore", by=STAFF, to=person)

    def _entry(self, object: UUID) -> Entry | None:
        born = [a for a in self._all("Create", "Announce", to=object) if a.payload.get("type") in ("Note", "Announce")]
        if not born:
            return None
        first = min(born, key=lambda a: a.id)
        gone = bool(self._all("Delete", to=object, of="Note") or self._all("Undo", to=object, of="Announce"))
        hidden = self.newest("Hide", by=STAFF, to=object) > self.newest("Show", by=STAFF, to=object)
        ends = {"id": object, "author": first.actor_id, "standing": not gone and not hidden}
        if first.verb == "Announce":
            return Entry(of=UUID(first.payload["post"]), **ends)
        said = max(self._all("Update", to=object, of="Note"), key=lambda a: a.id, default=first)
        narrowest = max(a.payload.get("audience", PUBLIC) for a in [*born, *self._all("Update", to=object, of="Note")])
        typed: dict[str, Any] = {"audience": MENTIONED}
        if not gone:
            people = said.payload["mentions" if said.verb == "Update" else "named"]
            typed = {"audience": narrowest, "text": said.payload["text"], "tags": frozenset(said.payload["tags"])}
            typed["mentions"] = frozenset(map(UUID, people))
        words = ("person", "parent", "thread")
        origin = {word: UUID(first.payload[word]) for word in words if first.payload.get(word)}
        named = frozenset(map(UUID, first.payload.get("named", ())))
        return Entry(of=object, direct=first.payload["direct"], named=named, **origin, **typed, **ends)

    def belongs(self, viewer: UUID, entry: Entry) -> bool:
        if entry.author == viewer:
            return True
        is_for_them = not entry.direct or viewer in entry.named
        is_known = entry.person in (NIL, viewer) or self.follows(viewer, entry.person)
        return self.follows(viewer, entry.author) and is_for_them and is_known

    def lets_in(self, viewer: UUID, entry: Entry) -> bool:
        if not entry.standing or entry.author == viewer:
            return entry.standing
        if viewer != NIL and self.apart(viewer, entry.author):
            return False
        if entry.audience == FOLLOWERS:
            return self.follows(viewer, entry.author)
        return entry.audience < FOLLOWERS or viewer in entry.named & entry.mentions

    def may_see(self, viewer: UUID, entry: Entry, now: datetime, *, on_purpose: bool = False) -> bool:
        """Say whether the viewer may see it now; who visits a page ``on_purpose`` means to read the muted too."""
        original = self.entries.get(entry.of)
        return original is not None and all(
            not self.suspended(one.author)
            and self.lets_in(viewer, one)
            and (on_purpose or not self.mutes(viewer, one.author, now))
            for one in (entry, original)
        )

    def _feed(self, holds: Callable[[Entry], bool], sees: Callable[[Entry], bool]) -> list[UUID]:
        """Return what is seen of what a feed holds, newest first, each post once: at the oldest of its near places."""
        held = sorted((entry for entry in self.entries.values() if holds(entry)), key=lambda e: e.id, reverse=True)
        seen = {entry.id for entry in held if sees(entry)}

        def comes_again(at: int) -> bool:
            return any(e.of == held[at].of and e.id in seen for e in held[at + 1 : at + 1 + LOOK_BACK])

        return [entry.id for at, entry in enumerate(held) if entry.id in seen and not comes_again(at)]

    def home(self, viewer: UUID, now: datetime, *, without: Collection[UUID] = ()) -> list[UUID]:
        """Return the home feed, as it is while the entries of ``without`` are not delivered yet."""
        return self._feed(
            lambda e: e.id not in without and self.belongs(viewer, e), lambda e: self.may_see(viewer, e, now)
        )

    def profile(self, viewer: UUID, person: UUID, now: datetime) -> list[UUID]:
        return self._feed(lambda e: e.author == person, lambda e: self.may_see(viewer, e, now, on_purpose=True))

    def public(self, viewer: UUID, now: datetime) -> list[UUID]:
        listed = lambda e: e.standing and e.audience == PUBLIC and e.of == e.id and e.parent == NIL  # noqa: E731
        return self._feed(listed, lambda e: self.may_see(viewer, e, now))

    def tag(self, viewer: UUID, tag: str, now: datetime) -> list[UUID]:
        bearing = lambda e: e.standing and e.audience == PUBLIC and tag in e.tags  # noqa: E731
        return self._feed(bearing, lambda e: self.may_see(viewer, e, now))

    def thread(self, viewer: UUID, thread: UUID, now: datetime) -> list[UUID]:
        """Return the thread that began with the post ``thread``, oldest first."""
        within = [e for e in self.entries.values() if e.thread == thread]
        return sorted(e.id for e in within if self.may_see(viewer, e, now, on_purpose=True))

    def count(self, kind: str, object: UUID) -> int:
        people = {a.actor_id for a in self.activities} | {a.object_id for a in self.activities}
        alive = [entry for entry in self.entries.values() if entry.standing]
        liked = lambda p: self.newest("Like", by=p, to=object) > self.newest("Undo", by=p, to=object, of="Like")  # noqa: E731
        return {
            "followers": lambda: sum(self.follows(p, object) for p in people),
            "following": lambda: sum(self.follows(object, p) for p in people),
            "posts": lambda: sum(e.author == object and e.of == e.id and e.audience < MENTIONED for e in alive),
            "replies": lambda: sum(e.parent == object and e.audience <= UNLISTED for e in alive),
            "reposts": lambda: len({e.author for e in alive if e.of == object != e.id}),
            "likes": lambda: sum(liked(p) for p in people),
        }[kind]()


def is_right_walk(walked: Sequence[UUID], *, always: Collection[UUID], ever: Collection[UUID]) -> bool:
    """Say whether a walk through pages is right, newest first or oldest first.

    ``always`` is what the model showed at every moment of the walk: each of it came exactly once. ``ever`` is what it
    showed at some moment: nothing else came, and nothing twice.
    """
    return len(set(walked)) == len(walked) and set(always) <= set(walked) <= set(ever)
