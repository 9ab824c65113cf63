"""Taking an archive into the journal: with its own dates, once however often it is repeated, and to nobody's alarm.

Names in it mean people of another site, so nobody here is mentioned. Ids are made of owner and address: importing
again, or going on after a stop, makes nothing twice, and brings back nothing that was deleted since.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings

from apps.core import ids
from apps.core.errors import Refused
from apps.core.folds import batched
from apps.journal import services as journal
from apps.journal.activities import Activity
from apps.journal.exceptions import ReadOnly
from apps.journal.services import newest_of

from . import activities, selectors
from .activities import Content, Origin
from .archive import ArchivedPost, ArchivedRepost, Item, LeftOut
from .services import is_pushed
from .text import checked, checked_lang, references

_PART = 200


@dataclass
class Imported:
    """What became of an archive: how many were taken, how many had been here already, and what was left out."""

    taken: int = 0
    repeated: int = 0
    left_out: list[LeftOut] = field(default_factory=list)


def import_items(
    *, owner_id: UUID, items: Iterable[Item], now: datetime, progress: Callable[[int], None] | None = None
) -> Imported:
    """Take ``items``, oldest first, as posts of ``owner_id``. ``progress`` is told how many were looked at.

    Raises ``ReadOnly``, and ``JournalUnavailable``: then repeating it goes on where it stopped.
    """
    if settings.READ_ONLY:
        raise ReadOnly
    outcome, reader = Imported(), _Reader(owner_id, now)
    planned = [made for item in items if (made := reader.planned(item, outcome.left_out))]
    for at, part in enumerate(batched(planned, _PART)):
        _take(part, owner_id, now, outcome)
        if progress:
            progress(at * _PART + len(part))
    return outcome


@dataclass(frozen=True)
class _Planned:
    """An item as an activity that lacks only its own id; ``object_id`` is always the same."""

    object_id: UUID
    build: Callable[[UUID], Activity]


class _Reader:
    """Makes activities of items, oldest first, and knows those that it has made: others may answer them."""

    def __init__(self, owner_id: UUID, now: datetime) -> None:
        self.owner_id, self.now = owner_id, now
        self.pushed = is_pushed(author_id=owner_id)
        self.made: dict[str, Origin] = {}

    def planned(self, item: Item, left_out: list[LeftOut]) -> _Planned | None:
        try:
            if isinstance(item, LeftOut):
                left_out.append(item)
                return None
            return self._post(item) if isinstance(item, ArchivedPost) else self._repost(item)
        except Refused as refused:
            left_out.append(LeftOut(item.source, refused.message))
            return None

    def _post(self, item: ArchivedPost) -> _Planned:
        parent = self._origin(item.answers, "a reply to") if item.answers else None
        text = checked(item.text)
        content = Content(text, item.audience, (), references(text)[1], checked_lang(item.lang))
        post_id = self._id(item, parent)
        thread = parent.thread if parent else post_id
        self.made[item.source] = Origin(post_id, thread, self.owner_id)

        def build(id: UUID) -> Activity:
            made = {"post_id": post_id, "content": content, "pushed": self.pushed, "parent": parent}
            return activities.create(id=id, actor_id=self.owner_id, source=item.source, **made)  # type: ignore[arg-type]

        return _Planned(post_id, build)

    def _repost(self, item: ArchivedRepost) -> _Planned:
        origin = self._origin(item.of, "a repost of")
        repost_id = self._id(item, origin)

        def build(id: UUID) -> Activity:
            about = {"repost_id": repost_id, "post_id": origin.id, "author_id": origin.author}
            return activities.announce(id=id, actor_id=self.owner_id, pushed=self.pushed, **about)

        return _Planned(repost_id, build)

    def _origin(self, address: str, what: str) -> Origin:
        if address not in self.made:
            raise Refused(f"{what} {address}, which is not among what was taken")
        return self.made[address]

    def _id(self, item: ArchivedPost | ArchivedRepost, after: Origin | None) -> UUID:
        """Return the id at its date, or a tick after what it is about, never later than now."""
        if not ids.EPOCH <= item.published <= self.now:
            raise Refused(f"its date is {item.published.isoformat()}, which is not between 1970 and now")
        id = ids.mint_from(moment=item.published, source=f"{self.owner_id.hex} {item.source}")
        if after and id <= after.id:
            return ids.at_tick(ids.tick_of(after.id) + 1, random=id.int & (1 << 62) - 1)
        return id


def _take(part: Iterable[_Planned], owner_id: UUID, now: datetime, outcome: Imported) -> None:
    """Take what is not here yet. Ids of one actor's activities only rise."""
    by_id = {planned.object_id: planned for planned in part}
    here = selectors.heads(ids=list(by_id))
    fresh = [planned for id, planned in by_id.items() if id not in here]
    last, built = newest_of(actor_id=owner_id), []
    for planned in fresh:
        last = ids.mint(now=now, after=[last])
        built.append(planned.build(last))
    for _ in journal.accept_many(built, now=now):
        pass
    outcome.taken += len(fresh)
    outcome.repeated += len(here)
