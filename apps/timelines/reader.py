"""Who looks at a feed, and what they may see of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import chain
from uuid import UUID

from apps.accounts.selectors import Card
from apps.graph.values import Relations
from apps.posts.values import Entry

from .facts import Facts
from .predicates import belongs, may_see
from .values import Shown

LOOK_BACK = 40
"""An entry is hidden when one of so many next older ones is of the same post and may be seen."""


@dataclass(frozen=True)
class Reader:
    """A viewer, ``NIL`` for anybody. ``unmuted``: they visit a page on purpose, so their mutes don't count.

    ``at_home``: what is read must belong to their home timeline too. A drop may be pending, and meanwhile nothing is
    shown of whom they don't follow any more. ``given`` says where facts come from; else it is the database.
    """

    viewer_id: UUID
    now: datetime
    unmuted: bool = False
    at_home: bool = False
    given: Facts | None = field(default=None, compare=False)

    @cached_property
    def facts(self) -> Facts:
        return self.given or Facts(self.viewer_id)

    @property
    def people(self) -> dict[UUID, Card]:
        """The cards of whoever was met."""
        return self.facts.people

    def seen(self, entries: Iterable[Entry]) -> dict[UUID, Shown]:
        """Return what the viewer may see of ``entries``, by id: three queries at most, however many there are."""
        asked = list(entries)
        heads = self.facts.heads(asked)
        authors, persons = {head.author for head in heads.values()}, {entry.person for entry in asked}
        relations = self._relations(authors | persons if self.at_home else authors)
        self.facts.meet({self.viewer_id, *authors, *persons})
        suspended = {id for id in authors if (card := self.people.get(id)) and card.is_suspended}
        found: dict[UUID, Shown] = {}
        for entry in self._belonging(asked, relations):
            head = heads.get(entry.id)
            original = heads.get(entry.post) if entry.is_repost else head
            if head is None or original is None:
                continue
            if may_see(relations=relations, head=head, original=original, suspended=suspended, now=self.now):
                found[entry.id] = Shown(entry, head, original)
        return found

    def shown(self, entries: Sequence[Entry], *, examined: int) -> list[Shown | None]:
        """Return what is shown of the first ``examined`` of ``entries``, newest first: None where nothing is.

        The further ones are those that come next: only what is of the same post among them is looked at.
        """
        twins = _twins(entries, examined)
        seen = self.seen({entry.id: entry for entry in chain(entries[:examined], *twins)}.values())
        return [
            None if any(twin.id in seen for twin in older) else seen.get(entry.id)
            for entry, older in zip(entries, twins, strict=False)
        ]

    def _belonging(self, entries: Sequence[Entry], relations: Relations) -> Sequence[Entry]:
        if not self.at_home:
            return entries
        following = {person for person, relation in relations.by_person.items() if relation.following}
        return [entry for entry in entries if belongs(viewer_id=self.viewer_id, following=following, entry=entry)]

    def _relations(self, people: Iterable[UUID]) -> Relations:
        relations = self.facts.relations(people)
        return relations.without_mutes() if self.unmuted else relations


def _twins(entries: Sequence[Entry], examined: int) -> list[list[Entry]]:
    """Return, for each of the first ``examined`` entries, those of the same post among the next older ones."""
    places: dict[int, list[int]] = {}
    for at, entry in enumerate(entries[: examined + LOOK_BACK]):
        places.setdefault(entry.post.int, []).append(at)
    return [
        [entries[other] for other in places[entry.post.int] if at < other <= at + LOOK_BACK]
        for at, entry in enumerate(entries[:examined])
    ]
