"""The marker protocol on the ORM: every step is one conditional statement, none needs a transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet

from apps.core import ids
from apps.core.folds import batched
from apps.core.ids import MAX, NIL
from apps.posts.values import Entry
from apps.timelines.backends.base import NOTHING_ALONG, Along, BaseTimelines, Part

from .models import EntryRow, Garbage, Header

_ENTRY = ("pk", "author", "person", "post", "post_author")
_BATCH = 500
_SLACK = 50
_KEPT = timedelta(minutes=1)
_READ_NOTED_EVERY = timedelta(days=1)


class Timelines(BaseTimelines):
    """A header row per owner and a row per entry under the generation of its build."""

    stores = True

    def read(
        self,
        owner: UUID,
        *,
        epoch: int,
        before: UUID = MAX,
        after: UUID = NIL,
        newest_first: bool = True,
        limit: int,
        now: datetime,
        along: Along = NOTHING_ALONG,
    ) -> Part | None:
        header = Header.objects.filter(pk=owner, epoch=epoch, complete=True).first()
        if header is None or (not newest_first and after < header.coverage):
            return None
        if now - header.read_at > _READ_NOTED_EVERY:
            Header.objects.filter(pk=owner, token=header.token).update(read_at=now)
        prefix = _prefix(owner, header.token)
        rows = EntryRow.objects.filter(pk__lt=prefix + before.hex, pk__gt=prefix + after.hex)
        rows = rows.filter(pk__gte=prefix + header.coverage.hex).order_by("-pk" if newest_first else "pk")
        return Part(tuple(_entry(*row) for row in rows.values_list(*_ENTRY)[:limit]), header.coverage)

    def begin(self, owner: UUID, *, epoch: int, token: UUID, now: datetime) -> bool:
        held = Header.objects.filter(pk=owner).first()
        if held is None:
            made = Header(owner, epoch=epoch, token=token, begun_at=now, read_at=now)
            Header.objects.bulk_create([made], ignore_conflicts=True)
            return Header.objects.filter(pk=owner, token=token).exists()
        is_alive = held.complete or now - held.begun_at < self.take_over_after
        if held.epoch > epoch or (held.epoch == epoch and is_alive):
            return False
        values = {"epoch": epoch, "token": token, "complete": False, "coverage": NIL, "size": 0}
        taken = Header.objects.filter(pk=owner, token=held.token).update(**values, begun_at=now, read_at=now)
        if taken:
            _discard([(_prefix(owner, held.token), MAX)], now)
        return bool(taken)

    def complete(self, owner: UUID, *, token: UUID, entries: Sequence[Entry], coverage: UUID) -> bool:
        prefix = _prefix(owner, token)
        EntryRow.objects.bulk_create([_row(prefix, entry) for entry in entries], ignore_conflicts=True)
        stands = Header.objects.filter(pk=owner, token=token, complete=False)
        if stands.update(complete=True, coverage=coverage, size=F("size") + len(entries)):
            return True
        _of(prefix).delete()
        return False

    def markers(self, owners: Iterable[UUID], *, entry_id: UUID, epoch: int) -> dict[UUID, UUID]:
        found: dict[UUID, UUID] = {}
        for part in batched(list(owners), _BATCH):
            standing = Header.objects.filter(pk__in=part, epoch=epoch, coverage__lte=entry_id)
            found.update(standing.values_list("pk", "token"))
        return found

    def add(self, entry: Entry, *, tokens: Mapping[UUID, UUID]) -> None:
        """Write under the generation of each token: where it stands no more, nobody reads that generation."""
        for part in batched(list(tokens.items()), _BATCH):
            rows = [_row(_prefix(owner, token), entry) for owner, token in part]
            EntryRow.objects.bulk_create(rows, ignore_conflicts=True)
            Header.objects.filter(pk__in=[owner for owner, _ in part]).update(size=F("size") + 1)

    def drop(self, owners: Iterable[UUID], *, now: datetime) -> None:
        for part in batched(list(owners), _BATCH):
            markers = list(Header.objects.filter(pk__in=part).values_list("pk", "token"))
            _discard([(_prefix(owner, token), MAX) for owner, token in markers], now)
            for owner, token in markers:  # A build that began after this was asked for is right, and stays.
                Header.objects.filter(pk=owner, token=token).delete()

    def trim(self, *, now: datetime) -> int:
        over = Header.objects.filter(size__gt=self.cap + _SLACK, complete=True)
        return sum(self._trim_one(*row, now=now) for row in list(over.values_list("pk", "token", "coverage")[:_BATCH]))

    def _trim_one(self, owner: UUID, token: UUID, coverage: UUID, *, now: datetime) -> bool:
        prefix = _prefix(owner, token)
        kept = _of(prefix).filter(pk__gte=prefix + coverage.hex).order_by("-pk").values_list("pk", flat=True)
        keys = list(kept[: self.cap])
        lowest = UUID(keys[-1][-32:]) if len(keys) == self.cap else coverage
        stands = Header.objects.filter(pk=owner, token=token, coverage__lte=lowest)
        if not stands.update(coverage=lowest, size=len(keys)):
            return False
        if lowest != coverage:
            _discard([(prefix, lowest)], now)
        return True

    def clean(self, *, now: datetime) -> None:
        for garbage in Garbage.objects.filter(since__lt=now - _KEPT).order_by("since")[:_BATCH]:
            _of(garbage.prefix).filter(pk__lt=garbage.prefix + garbage.below.hex).delete()
            Garbage.objects.filter(pk=garbage.pk).delete()

    def expire(self, *, unread_since: datetime, now: datetime) -> int:
        unread = list(Header.objects.filter(read_at__lt=unread_since).values_list("pk", flat=True)[:_BATCH])
        self.drop(unread, now=now)
        return len(unread)

    def owners(self, *, epoch: int) -> Iterator[UUID]:
        after, standing = NIL, Header.objects.filter(epoch=epoch, complete=True).order_by("pk")
        while found := list(standing.filter(pk__gt=after).values_list("pk", flat=True)[:_BATCH]):
            yield from found
            after = found[-1]

    def empty(self) -> None:
        for model in (Header, EntryRow, Garbage):
            model._default_manager.all().delete()


def _prefix(owner: UUID, token: UUID) -> str:
    """Return what the keys of a generation begin with; 32 random bits of the token tell those of one owner apart."""
    return owner.hex + token.hex[-8:]


def _of(prefix: str) -> "QuerySet[EntryRow]":
    return EntryRow.objects.filter(pk__gte=prefix + NIL.hex, pk__lte=prefix + MAX.hex)


def _row(prefix: str, entry: Entry) -> EntryRow:
    return EntryRow(prefix + entry.id.hex, entry.author, entry.person, entry.post, entry.post_author)


def _entry(key: str, author: UUID, person: UUID, post: UUID, post_author: UUID) -> Entry:
    return Entry(UUID(key[-32:]), author, person, post, post_author, direct=False, named=())


def _discard(what: Sequence[tuple[str, UUID]], now: datetime) -> None:
    rows = [Garbage(ids.mint(now=now), prefix=prefix, below=below, since=now) for prefix, below in what]
    Garbage.objects.bulk_create(rows)
