"""The journal on Django's ORM, on any database that Django speaks to."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, connections, router, transaction

from apps.core import folds, ids
from apps.core.expressions import Const, Old, plus, raised
from apps.core.folds import RowFold, batched
from apps.journal.activities import Activity, Tombstone
from apps.journal.backends.base import BaseJournal, Position

from .models import ActivityRow, ClaimRow, FailureRow, MarkRow, TombstoneRow, WatermarkRow

_BATCH = 500
_WATERMARK = ids.key_of("watermark")


class Journal(BaseJournal):
    """Rows in the default database."""

    def append(self, activities: Sequence[Activity]) -> None:
        rows = [_row(activity) for activity in activities]
        ActivityRow.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)

    def get(self, ids: Iterable[UUID]) -> list[Activity]:
        return [
            _activity(row) for part in batched(list(ids), _BATCH) for row in ActivityRow.objects.filter(pk__in=part)
        ]

    def by_actor(
        self, actor_id: UUID, *, before: UUID | None = None, since: datetime | None = None, limit: int = 100
    ) -> list[Activity]:
        rows = ActivityRow.objects.filter(actor_id=actor_id).order_by("-pk")
        if before is not None:
            rows = rows.filter(pk__lt=before)
        if since is not None:
            rows = rows.filter(pk__gte=ids.floor_of(since))
        return [_activity(row) for row in rows[:limit]]

    def newest_of(self, actor_id: UUID) -> UUID | None:
        newest = ActivityRow.objects.filter(actor_id=actor_id).order_by("-pk").values_list("pk", flat=True)[:1]
        return next(iter(newest), None)

    def by_object(self, *, actor_id: UUID, object_id: UUID) -> list[Activity]:
        return [_activity(row) for row in ActivityRow.objects.filter(object_id=object_id, actor_id=actor_id)]

    def scan(self, position: Position = "") -> Iterator[tuple[Position, Activity]]:
        """Walk the keys upwards. What is appended meanwhile may or may not come; what stood before does."""
        last = UUID(position) if position else ids.NIL
        while rows := list(ActivityRow.objects.filter(pk__gt=last).order_by("pk")[: _BATCH * 4]):
            yield from ((row.pk.hex, _activity(row)) for row in rows)
            last = rows[-1].pk

    def recent(self, since: datetime) -> Iterator[Activity]:
        return (activity for _, activity in self.scan(ids.floor_of(since).hex))

    def claim(self, *, actor_id: UUID, key: str, digest: str, activity: Activity) -> tuple[str, Activity]:
        id = ids.key_of(actor_id, key)
        try:
            with transaction.atomic():  # Only so that a caller's own transaction survives the IntegrityError.
                ClaimRow.objects.bulk_create([ClaimRow(id, actor_id, digest, _as_data(activity), activity.id)])
        except IntegrityError:
            held = self.claimed(actor_id=actor_id, key=key)
            if held is None:  # It was forgotten between the two statements, a day after it was made.
                raise
            return held
        return digest, activity

    def claimed(self, *, actor_id: UUID, key: str) -> tuple[str, Activity] | None:
        held = ClaimRow.objects.filter(pk=ids.key_of(actor_id, key)).first()
        return (held.digest, _from_data(held.activity)) if held else None

    def forget_claims(self, *, before: datetime) -> None:
        ClaimRow.objects.filter(claimed_at__lt=ids.floor_of(before)).delete()

    def mark(self, done: Iterable[tuple[UUID, str]]) -> None:
        rows = [MarkRow(ids.key_of(id, stage), id, stage) for id, stage in done]
        MarkRow.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)

    def marks(self, ids: Iterable[UUID]) -> dict[UUID, set[str]]:
        found: dict[UUID, set[str]] = {}
        for part in batched(list(ids), _BATCH):
            for id, stage in MarkRow.objects.filter(activity_id__in=part).values_list("activity_id", "stage"):
                found.setdefault(id, set()).add(stage)
        return found

    def forget_marks(self, *, before: datetime) -> None:
        """Let go of what failed before it was done as well: without its mark it would count as failed again."""
        rows = list(FailureRow.objects.filter(activity_id__lt=ids.floor_of(before)))
        done = self.marks({row.activity_id for row in rows})
        over = [row.pk for row in rows if row.stage in done.get(row.activity_id, ())]
        for part in batched(over, _BATCH):
            FailureRow.objects.filter(pk__in=part).delete()
        MarkRow.objects.filter(activity_id__lt=ids.floor_of(before)).delete()

    def failed(self, id: UUID, stage: str, error: str) -> int:
        key = ids.key_of(id, stage)
        values = {"activity_id": id, "stage": stage, "error": error[:2000]}
        count = {name: Const(value) for name, value in values.items()} | {"times": plus(Old("times"), 1)}
        folds.apply(RowFold(FailureRow, key, count))
        return FailureRow.objects.get(pk=key).times

    def failures(self) -> dict[tuple[UUID, str], tuple[int, str]]:
        rows = list(FailureRow.objects.all())
        done = self.marks({row.activity_id for row in rows})
        return {
            (row.activity_id, row.stage): (row.times, row.error)
            for row in rows
            if row.stage not in done.get(row.activity_id, ())
        }

    def replace(self, activity: Activity) -> None:
        ActivityRow.objects.filter(pk=activity.id).update(payload=dict(activity.payload))
        # A claim holds the complete activity for 24 hours, and what is deleted must not live on in it.
        ClaimRow.objects.filter(claimed_at=activity.id).update(activity=_as_data(activity))

    def remove(self, activities: Sequence[Activity]) -> None:
        ActivityRow.objects.filter(pk__in=[activity.id for activity in activities]).delete()

    def remove_actor(self, tombstone: Tombstone) -> None:
        TombstoneRow.objects.bulk_create([TombstoneRow(tombstone.actor_id, tombstone.erased_at)], ignore_conflicts=True)
        ActivityRow.objects.filter(actor_id=tombstone.actor_id).delete()
        ClaimRow.objects.filter(actor_id=tombstone.actor_id).delete()

    def tombstones(self, ids: Iterable[UUID] | None = None) -> dict[UUID, Tombstone]:
        rows = TombstoneRow.objects.all()
        if ids is not None:
            rows = rows.filter(pk__in=list(ids))
        return {row.pk: Tombstone(row.pk, row.erased_at) for row in rows}

    def watermark(self) -> datetime | None:
        row = WatermarkRow.objects.filter(pk=_WATERMARK).first()
        return ids.moment_of(row.moment) if row else None

    def set_watermark(self, moment: datetime) -> None:
        folds.apply(RowFold(WatermarkRow, _WATERMARK, {"moment": raised("moment", ids.floor_of(moment))}))

    def clock(self) -> datetime:
        connection = connections[router.db_for_write(ActivityRow)]
        store_clock = getattr(connection.ops, "clock", None)
        return store_clock() if store_clock else _clock_of_sql(connection)


def _clock_of_sql(connection) -> datetime:  # type: ignore[no-untyped-def]
    if connection.vendor == "sqlite":  # It has no server: its clock is this machine's.
        return datetime.now(UTC)
    with connection.cursor() as cursor:  # CURRENT_TIMESTAMP is when a transaction began, and MariaDB's has no zone.
        cursor.execute(f"SELECT {'CLOCK_TIMESTAMP()' if connection.vendor == 'postgresql' else 'UTC_TIMESTAMP(6)'}")
        moment: datetime = cursor.fetchone()[0]
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _row(activity: Activity) -> ActivityRow:
    return ActivityRow(activity.id, activity.actor_id, str(activity.verb), activity.object_id, dict(activity.payload))


def _activity(row: ActivityRow) -> Activity:
    return Activity(row.pk, row.actor_id, row.verb, row.object_id, row.payload)


def _as_data(activity: Activity) -> list[object]:
    return [activity.id.hex, activity.actor_id.hex, activity.verb, activity.object_id.hex, dict(activity.payload)]


def _from_data(data: list[object]) -> Activity:
    id, actor_id, verb, object_id, payload = data
    return Activity(UUID(str(id)), UUID(str(actor_id)), str(verb), UUID(str(object_id)), payload)  # type: ignore[arg-type]
