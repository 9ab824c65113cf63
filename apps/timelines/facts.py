"""What decides about entries, and what is shown of them: asked of the database, or kept beside the timelines.

``Facts`` asks the database each time. ``KeptFacts`` takes what the store of timelines keeps: what came along with the
viewer's timeline, and in one more trip all that may be the same for everybody. What is not there is asked of the
database and filled in under a lease (``backends.base``); while the store is away, everything is.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from apps.accounts.selectors import Card, cards
from apps.core.ids import NIL
from apps.graph import selectors as graph
from apps.graph.values import Relations
from apps.posts import counting
from apps.posts import selectors as posts
from apps.posts.fragments import Fragment, fragments, template_version
from apps.posts.values import Counts, Entry, Head, Marks, PostView

from . import encoding, epochs
from .backends.base import Part, Unavailable
from .encoding import CARD, COUNTS, MARKS, POST, RELATION, WAITING, is_known, key
from .handler import timelines

log = logging.getLogger(__name__)

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
        self.waiting: int | None = None

    def note(self, part: Part) -> None:
        """Take what came along with a part of the viewer's timeline."""

    def heads(self, entries: Sequence[Entry]) -> dict[UUID, Head]:
        """Return the heads of entries and of what they repost, by id."""
        return posts.heads(ids=_ids(entries))

    def relations(self, people: Iterable[UUID]) -> Relations:
        """Return how the viewer stands to ``people``."""
        return graph.relations(viewer_id=self.viewer_id if self.viewer_id != NIL else None, people=people)

    def meet(self, ids: Collection[UUID]) -> None:
        """See to it that the cards of ``ids`` are in ``people``, of those who are here."""
        if missing := {id for id in ids if id != NIL} - self.people.keys():
            self.people.update(cards(ids=missing))

    def finish(self, post_ids: Sequence[UUID]) -> None:
        """Learn what else a page with those posts shows of what is kept."""


def _ids(entries: Iterable[Entry]) -> list[UUID]:
    return list(dict.fromkeys(id for entry in entries for id in (entry.id, entry.post)))


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
        found = {id: self._heads[id] for id in _ids(entries) if id in self._heads}
        # Nothing is said to a store of an erased person's posts but that their card is gone.
        strangers = [id for id, head in found.items() if head.author not in self.people]
        known = posts.heads(ids=strangers) if strangers else {}
        return {id: head for id, head in found.items() if head.author in self.people or id in known}

    def _notice(self, error: Unavailable) -> None:
        self.degraded = True
        log.warning("facts_not_kept", extra={"owner": str(self.viewer_id), "error": str(error)})

    def _take(self, entries: Sequence[Entry]) -> None:
        """Take heads, articles, counts and cards in one trip; fill in what is missing."""
        people = {id for e in entries for id in (e.author, e.post_author, e.person)} | {self.viewer_id}
        wanted = [key(POST, id) for id in _ids(entries) if id not in self._heads]
        wanted += [key(COUNTS, id) for id in dict.fromkeys(e.post for e in entries) if id not in self.counts]
        wanted += [key(CARD, id) for id in people - self.people.keys() if id != NIL]
        kept = dict(zip(wanted, timelines().facts(wanted), strict=True))
        missing = [name for name, raw in kept.items() if not self._learn(name, raw)]
        # What another release or template made gives no lease while it stands.
        timelines().forget([name for name in missing if kept[name] is not None])
        if missing:
            self._fill(missing)

    def _learn(self, name: bytes, raw: bytes | None) -> bool:
        """Take in what is kept under a key; say whether it is of use."""
        if raw is None or not is_known(raw):
            return False
        kind, id = name[:1], UUID(bytes=name[1:])
        if kind == CARD:
            self.people[id] = encoding.unpack_card(id, raw)
        elif kind == COUNTS:
            self.counts[id] = encoding.unpack_counts(raw)
        else:
            return self._learn_post(id, raw)
        return True

    def _learn_post(self, id: UUID, raw: bytes) -> bool:
        head, article = encoding.unpack_head(id, raw)
        fragment = encoding.unpack_fragment(article, template_version()) if article else None
        if article and fragment is None:
            return False
        self._heads[id] = head
        if fragment is not None:
            self.fragments[id] = fragment
        return True

    def _fill(self, missing: Sequence[bytes]) -> None:
        """Ask the database for what is missing, after leases were taken, and keep the answers."""
        leases = dict(zip(missing, timelines().lease(missing), strict=True))

        def asked(kind: bytes) -> list[UUID]:
            return [UUID(bytes=name[1:]) for name in missing if name[:1] == kind]

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
        wanted = {person for person in people if person not in (self.viewer_id, NIL)}
        known = {p: encoding.unpack_relation(raw) for p in wanted if (raw := self._kept(RELATION, p)) is not None}
        if missing := wanted - known.keys():
            asked = super().relations(missing)
            known |= {person: asked.to(person) for person in missing}
            self._fill_slot({key(RELATION, p): encoding.pack_relation(asked.to(p)) for p in missing})
        return Relations(self.viewer_id, known)

    def finish(self, post_ids: Sequence[UUID]) -> None:
        """Learn what the viewer did to the posts of the page, and how many ask to follow them."""
        for id in post_ids:
            if (raw := self._kept(MARKS, id)) is not None:
                self.marks[id] = encoding.unpack_marks(raw)
        new: dict[bytes, bytes] = {}
        if missing := [id for id in post_ids if id not in self.marks]:
            asked = posts.marks(viewer_id=self.viewer_id, post_ids=missing)
            self.marks |= asked
            new |= {key(MARKS, id): encoding.pack_marks(marks) for id, marks in asked.items()}
        raw = self._slot.get(WAITING)
        self.waiting = encoding.unpack_waiting(raw) if raw is not None and is_known(raw) else None
        if self.waiting is None:
            self.waiting = graph.count_requests(person_id=self.viewer_id)
            new[WAITING] = encoding.pack_waiting(self.waiting)
        self._fill_slot(new)

    def _kept(self, kind: bytes, id: UUID) -> bytes | None:
        raw = self._slot.get(key(kind, id))
        return raw if is_known(raw) else None

    def _fill_slot(self, facts: Mapping[bytes, bytes]) -> None:
        if not self._lease or not facts:
            return
        self._slot.update(facts)
        try:
            timelines().fill_slot(self.viewer_id, lease=self._lease, facts=facts)
        except Unavailable as error:
            self._notice(error)


def _value(post: PostView, fragment: Fragment | None) -> bytes:
    head = encoding.pack_head(post)
    return head + encoding.pack_fragment(fragment, template_version()) if head and fragment else head


def facts_for(viewer_id: UUID, *, now: datetime) -> Facts:
    """Return where facts come from. In an epoch of another backend nobody forgets what is kept in this one."""
    if timelines().keeps_facts and epochs.current(now=now) is not None:
        return KeptFacts(viewer_id)
    return Facts(viewer_id)
