"""What decides about entries, and what is shown of them: asked of the database, or kept beside the timelines.

``Facts`` asks the database each time. ``KeptFacts`` takes what the store of timelines keeps: what came along with the
viewer's timeline, and in one more trip all that may be the same for everybody. What is not there is asked of the
database and filled in under a lease (``backends.base``); while the store is away, everything is.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import TypeVar
from uuid import UUID

from django.db import OperationalError

from apps.accounts.selectors import Card, cards
from apps.core.ids import NIL
from apps.graph import selectors as graph
from apps.graph.values import Relation, Relations
from apps.posts import counting
from apps.posts import selectors as posts
from apps.posts.fragments import Fragment, fragments, template_version
from apps.posts.values import Counts, Entry, Head, Marks, PostView

from . import encoding, epochs
from .backends.base import Part, Unavailable
from .encoding import CARD, COUNTS, MARKS, POST, RELATION, WAITING, key
from .handler import timelines

log = logging.getLogger(__name__)

T = TypeVar("T")

_DAY, _COUNTS_SECONDS = 24 * 3600, 600
"""Counts are kept for minutes only: a recount does not fail because the store is away just then."""


class Facts:
    """Asks the database. ``people`` fills with the cards of whoever is met; the rest is left to whoever draws."""

    def __init__(self, viewer_id: UUID) -> None:
        self.viewer_id, self.degraded = viewer_id, False
        self.people: dict[UUID, Card] = {}
        self.counts: dict[UUID, Counts] = {}
        self.fragments: dict[UUID, Fragment] = {}
        self.marks: dict[UUID, Marks] = {}
        self.parents: dict[UUID, UUID] = {}
        self.waiting: int | None = None

    def note(self, part: Part) -> None:
        """Take what came along with a part of the viewer's timeline."""

    def heads(self, entries: Sequence[Entry]) -> dict[UUID, Head]:
        """Return the heads of entries and of what they repost, by id."""
        found = posts.heads(ids=_ids(entries))
        self.parents.update({id: head.parent for id, head in found.items()})
        return found

    def relations(self, people: Iterable[UUID]) -> Relations:
        """Return how the viewer stands to ``people``."""
        return graph.relations(viewer_id=self.viewer_id if self.viewer_id != NIL else None, people=people)

    def meet(self, ids: Collection[UUID]) -> None:
        """See to it that the cards of ``ids`` are in ``people``, of those who are here."""
        if missing := [id for id in ids if id.int and id not in self.people]:
            self.people.update(cards(ids=missing))

    def finish(self, post_ids: Sequence[UUID]) -> None:
        """Learn what else a page with those posts shows of what is kept."""


def _ids(entries: Iterable[Entry]) -> list[UUID]:
    return list(dict.fromkeys(chain.from_iterable(entry.ids for entry in entries)))


class KeptFacts(Facts):
    """Takes what is kept, and fills in what is missing."""

    def __init__(self, viewer_id: UUID) -> None:
        super().__init__(viewer_id)
        self._slot: dict[bytes, bytes] = {}
        self._lease = b""
        self._heads: dict[UUID, Head] = {}

    def note(self, part: Part) -> None:
        if part.lease != self._lease:
            self._slot.clear()  # It was forgotten in between: what is known of it may be over.
        self._slot.update(part.facts)
        self._lease = part.lease

    def heads(self, entries: Sequence[Entry]) -> dict[UUID, Head]:
        try:
            self._take(entries)
        except Unavailable as error:
            self._notice(error)
            return super().heads(entries)
        found = {id: head for id in _ids(entries) if (head := self._heads.get(id))}
        # Nothing is said to a store of an erased person's posts but that their card is gone.
        if strangers := {id for id, head in found.items() if head.author not in self.people}:
            gone = strangers - posts.heads(ids=strangers).keys()
            return {id: head for id, head in found.items() if id not in gone}
        return found

    def _notice(self, error: Unavailable) -> None:
        self.degraded = True
        log.warning("facts_not_kept", extra={"owner": str(self.viewer_id), "error": str(error)})

    def _take(self, entries: Sequence[Entry]) -> None:
        """Take heads, articles, counts and cards in one trip; fill in what is missing."""
        people = {self.viewer_id, *chain.from_iterable(entry.people for entry in entries)}
        wanted = [(POST, id) for id in _ids(entries) if id not in self._heads]
        wanted += [(COUNTS, id) for id in dict.fromkeys(entry.post for entry in entries) if id not in self.counts]
        wanted += [(CARD, id) for id in people if id not in self.people]
        kept = timelines().facts([key(kind, id) for kind, id in wanted])
        missing = [(one, raw) for one, raw in zip(wanted, kept, strict=True) if not self._learn(*one, raw)]
        if missing:
            # What another release or template made gives no lease while it stands.
            timelines().forget([key(*one) for one, raw in missing if raw is not None])
            self._fill([one for one, _ in missing])

    def _learn(self, kind: bytes, id: UUID, raw: bytes | None) -> bool:
        """Take in what is kept; say whether it is of use."""
        if kind == CARD:
            return _put(self.people, id, encoding.unpack_card(id, raw))
        if kind == COUNTS:
            return _put(self.counts, id, encoding.unpack_counts(raw))
        head, fragment = encoding.unpack_post(id, raw, template_version()) or (None, None)
        if fragment is not None:
            self.fragments[id] = fragment
        return _put(self._heads, id, head)

    def _fill(self, missing: Sequence[tuple[bytes, UUID]]) -> None:
        """Ask the database for what is missing, after leases were taken, and keep the answers."""
        names = [key(*one) for one in missing]
        leases = dict(zip(names, timelines().lease(names), strict=True))

        def asked(kind: bytes) -> list[UUID]:
            return [id for of, id in missing if of == kind]

        self.people.update(cards(ids=asked(CARD)))
        values = {key(CARD, id): encoding.pack_card(self.people[id]) for id in asked(CARD) if id in self.people}
        values |= self._rendered(asked(POST))
        timelines().fill({name: (leases[name], value) for name, value in values.items() if value}, seconds=_DAY)
        if counted := asked(COUNTS):
            self.counts.update(counting.counts_of(post_ids=counted))
            counts = {key(COUNTS, id): encoding.pack_counts(self.counts[id]) for id in counted}
            timelines().fill({name: (leases[name], v) for name, v in counts.items()}, seconds=_COUNTS_SECONDS)

    def _rendered(self, ids: Sequence[UUID]) -> dict[bytes, bytes]:
        """Return the values of posts and reposts, each head and article from one row."""
        found = posts.posts(ids=ids) if ids else {}
        drawn = fragments(posts=[post for post in found.values() if post.standing and not post.is_repost])
        self._heads.update(found)
        self.fragments.update(drawn)
        return {key(POST, id): _value(post, drawn.get(id)) for id, post in found.items()}

    def relations(self, people: Iterable[UUID]) -> Relations:
        wanted = {person for person in people if person.int} - {self.viewer_id}
        known: dict[UUID, Relation] = {}
        missing = [p for p in wanted if not _put(known, p, encoding.unpack_relation(self._kept(RELATION, p)))]
        if missing:
            asked = super().relations(missing)
            known |= {person: asked.to(person) for person in missing}
            self._fill_slot({key(RELATION, p): encoding.pack_relation(asked.to(p)) for p in missing})
        return Relations(self.viewer_id, known)

    def finish(self, post_ids: Sequence[UUID]) -> None:
        """Learn what the viewer did to the posts of the page, and how many ask to follow them: nothing and nobody where
        that is neither kept nor to be asked for just now.
        """
        try:
            self._finish(post_ids)
        except OperationalError as error:
            self.degraded, self.waiting = True, self.waiting or 0
            self.marks = {id: self.marks.get(id, Marks()) for id in post_ids}
            log.warning("marks_unknown", extra={"owner": str(self.viewer_id), "error": str(error)})

    def _finish(self, post_ids: Sequence[UUID]) -> None:
        new: dict[bytes, bytes] = {}
        missing = [id for id in post_ids if not _put(self.marks, id, encoding.unpack_marks(self._kept(MARKS, id)))]
        if missing:
            asked = posts.marks(viewer_id=self.viewer_id, post_ids=missing)
            self.marks |= asked
            new |= {key(MARKS, id): encoding.pack_marks(marks) for id, marks in asked.items()}
        self.waiting = encoding.unpack_waiting(self._slot.get(WAITING))
        if self.waiting is None:
            self.waiting = graph.count_requests(person_id=self.viewer_id)
            new[WAITING] = encoding.pack_waiting(self.waiting)
        self._fill_slot(new)

    def _kept(self, kind: bytes, id: UUID) -> bytes | None:
        return self._slot.get(key(kind, id))

    def _fill_slot(self, facts: Mapping[bytes, bytes]) -> None:
        if not self._lease or not facts:
            return
        self._slot.update(facts)
        try:
            timelines().fill_slot(self.viewer_id, lease=self._lease, facts=facts)
        except Unavailable as error:
            self._notice(error)


def _put(known: dict[UUID, T], id: UUID, value: T | None) -> bool:
    """Note what is known of ``id``, unless it is nothing; say whether it was something."""
    if value is None:
        return False
    known[id] = value
    return True


def _value(post: PostView, fragment: Fragment | None) -> bytes:
    head = encoding.pack_head(post)
    return head + encoding.pack_fragment(fragment, template_version()) if head and fragment else head


def keep_new(post: PostView) -> None:
    """Keep what a page needs of a post that nobody has read yet: its article, and that nothing was done to it."""
    drawn = fragments(posts=[post])
    values = {
        key(POST, post.id): _value(post, drawn.get(post.id)),
        key(COUNTS, post.id): encoding.pack_counts(Counts()),
    }
    leases = dict(zip(values, timelines().lease(list(values)), strict=True))
    timelines().fill({name: (leases[name], value) for name, value in values.items()}, seconds=_COUNTS_SECONDS)


def facts_for(viewer_id: UUID, *, now: datetime) -> Facts:
    """Return where facts come from. In an epoch of another backend nobody forgets what is kept in this one."""
    if timelines().keeps_facts and epochs.current(now=now) is not None:
        return KeptFacts(viewer_id)
    return Facts(viewer_id)
