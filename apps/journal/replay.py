"""Replay: what the projections should be, folded anew from the journal into an empty scratch store.

Folding in place would find a wrong maximum equal to itself, so the scratch store is a SQLite file of its own, whatever
the site's database is; both are compared by value. It works on a live site: what is newer than the scan's start is left
out, what came behind the scan is folded before a row is called wrong, and a row is mended only if it is still as it was
when it was compared.
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

from apps.core import folds, ids
from apps.core.errors import Refused

from . import projection
from .activities import Activity
from .handler import journal
from .projection import Projected

SCRATCH = "scratch"
_BATCH = 1000
_AT_MOST_OFF = timedelta(seconds=2)
"""Clocks differ by so much."""

Progress = Callable[[int], None]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A row that is not what the journal says. ``stored`` or ``folded`` is None where there is no such row."""

    table: Projected
    id: UUID
    stored: Row | None
    folded: Row | None

    def __str__(self) -> str:
        what = f"{self.table.model._meta.label} {self.id}"
        if self.stored is None or self.folded is None:
            return f"{what}: {'missing' if self.stored is None else 'not in the journal'}"
        wrong = [name for name in self.folded if self.folded[name] != self.stored[name]]
        return f"{what}: " + ", ".join(f"{n} is {self.stored[n]!r}, not {self.folded[n]!r}" for n in wrong)


@dataclass
class Report:
    activities: int = 0
    rows: int = 0
    unknown: int = 0
    differences: int = 0
    mended: int = 0


@contextmanager
def scratch_store(path: Path | None = None) -> Iterator[str]:
    """Open an empty store with the projected tables, or the one that a stopped run left at ``path``.

    It holds what is private, so nobody else may read it, and it is gone at the end: a later run would take its beginning
    for its own. At ``path`` it stays where the run was stopped.
    """
    file = path or Path(tempfile.mkstemp(suffix=".sqlite3", prefix="prowl-replay-")[1])
    if path:
        _claim(path)
    connections[SCRATCH] = _connection_to(file)
    keep = path is not None
    try:
        _make_tables()
        yield SCRATCH
        keep = False
    finally:
        connections[SCRATCH].close()
        del connections[SCRATCH]
        if not keep:
            file.unlink()


def _claim(path: Path) -> None:
    """Make the file, for nobody else to read, or find the one that a stopped run of ours left. Raises ``Refused``."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return
    held = path.stat()
    with (
        closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as there,
        suppress(sqlite3.DatabaseError),
    ):
        is_scratch = bool(there.execute("SELECT 1 FROM sqlite_master WHERE name = 'replay_begun'").fetchall())
        if is_scratch and held.st_uid == os.geteuid() and not held.st_mode & 0o077:
            return
    raise Refused(f"{path} is there already, and nothing that a replay of yours was stopped in. Name another file.")


def _connection_to(file: Path) -> BaseDatabaseWrapper:
    """Return a connection of its own, that no setting names. Losing it in a power cut costs only time."""
    fast = {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"}
    scratch = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file), "OPTIONS": fast}
    settings = connections.configure_settings({DEFAULT_DB_ALIAS: {}, SCRATCH: scratch})[SCRATCH]
    return load_backend(settings["ENGINE"]).DatabaseWrapper(settings, SCRATCH)  # type: ignore[no-any-return]


def _make_tables() -> None:
    connection = connections[SCRATCH]
    there = set(connection.introspection.table_names())
    with connection.schema_editor() as editor:
        for table in projection.projected_tables():
            if table.model._meta.db_table not in there:
                editor.create_model(table.model)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS replay_position (position TEXT, activities INTEGER)")
        cursor.execute("CREATE TABLE IF NOT EXISTS replay_begun (moment TEXT)")


def fold_journal(*, report: Report, now: datetime, progress: Progress | None = None) -> datetime:
    """Fold the whole journal into the scratch store, from where a stopped run left off. Tombstones come first.

    Return when its first run began: of what has come since, the scan has met a part.
    """
    begun, erased = _begun(now), journal().tombstones()
    position, report.activities = _position()
    scan = journal().scan(position)
    while part := list(islice(scan, _BATCH)):
        activities = [activity for _, activity in part if not projection.is_of_erased(activity, erased)]
        known = [activity for activity in activities if activity.is_known]
        report.unknown += len(activities) - len(known)
        report.activities += len(part)
        _fold_part(known, part[-1][0], report.activities)
        if progress:
            progress(report.activities)
    return begun


def _begun(now: datetime) -> datetime:
    with connections[SCRATCH].cursor() as cursor:
        cursor.execute(
            "INSERT INTO replay_begun SELECT %s WHERE NOT EXISTS (SELECT 1 FROM replay_begun)", [now.isoformat()]
        )
        cursor.execute("SELECT moment FROM replay_begun")
        return datetime.fromisoformat(cursor.fetchone()[0])


def _fold_part(activities: list[Activity], position: str, through: int) -> None:
    with transaction.atomic(using=SCRATCH), connections[SCRATCH].cursor() as cursor:
        folds.apply_many((f for a in activities for f in projection.row_folds(a)), using=SCRATCH)
        cursor.execute("DELETE FROM replay_position")
        cursor.execute("INSERT INTO replay_position VALUES (%s, %s)", [position, through])


def _position() -> tuple[str, int]:
    with connections[SCRATCH].cursor() as cursor:
        cursor.execute("SELECT position, activities FROM replay_position")
        return cursor.fetchone() or ("", 0)


def compare(*, started: datetime, report: Report, progress: Progress | None = None) -> Iterator[Difference]:
    """Yield every row of the live store that is not what the journal says, leaving out what is newer than ``started``, and
    rows of whoever was erased since: the scan may have met them before.
    """
    newest = ids.floor_of(started - timedelta(seconds=1))
    tables = projection.projected_tables()
    differing = chain.from_iterable(_compare_table(table, report, progress) for table in tables)
    settled = (d for d in differing if _version(d.stored) < newest and _version(d.folded) < newest)
    while part := list(islice(settled, _BATCH)):
        erased = journal().tombstones()
        since = [id for id, tombstone in erased.items() if ids.moment_of(tombstone.erased_at) >= started - _AT_MOST_OFF]
        for difference in _with_what_came_behind(part, erased):
            named = {difference.id, *_ids(difference.folded)} if difference.folded else set()
            if named.isdisjoint(since):
                yield difference


def _with_what_came_behind(part: Sequence[Difference], erased: Collection[UUID]) -> Iterator[Difference]:
    """Yield those differences that are left once the activities that the stored rows show are folded.

    An id may be a day older than its append (idempotency keys live so long), so the scan may have passed its place before
    it was there. Folding again what it did meet changes nothing. A row that shows one of a newer release is that one's.
    """
    found = journal().get({id for one in part for id in _ids(one.stored) - _ids(one.folded)})
    unknown = {activity.id for activity in found if not activity.is_known}
    late = [a for a in found if a.is_known and not projection.is_of_erased(a, erased)]
    with transaction.atomic(using=SCRATCH):
        folds.apply_many((fold for activity in late for fold in projection.row_folds(activity)), using=SCRATCH)
    for one in part:
        now = replace(one, folded=_row(one.table, one.id, SCRATCH)) if late and one.stored else one
        if now.stored != now.folded and _ids(now.stored).isdisjoint(unknown):
            yield now


def _version(row: Row | None) -> UUID:
    """Return the greatest id that a row has seen; ids that are keys are hashes and say nothing."""
    return max(_ids(row), default=ids.NIL)


def _ids(row: Row | None) -> set[UUID]:
    """Return the ids of activities and people that a row holds, but for its key."""
    return {v for k, v in (row or {}).items() if isinstance(v, UUID) and k != "id" and v.version == 7}


def _compare_table(table: Projected, report: Report, progress: Progress | None) -> Iterator[Difference]:
    stored, made = _rows(table, DEFAULT_DB_ALIAS), _rows(table, SCRATCH)
    left, right = next(stored, None), next(made, None)
    while left or right:
        report.rows += 1
        if progress and report.rows % _BATCH == 0:
            progress(report.rows)
        if right is None or (left is not None and left[0] < right[0]):
            yield Difference(table, left[0], left[1], None)  # type: ignore[index]
            left = next(stored, None)
        elif left is None or right[0] < left[0]:
            yield Difference(table, right[0], None, right[1])
            right = next(made, None)
        else:
            if left[1] != right[1]:
                yield Difference(table, left[0], left[1], right[1])
            left, right = next(stored, None), next(made, None)


def _rows(table: Projected, using: str) -> Iterator[tuple[UUID, Row]]:
    """Walk a table by key, in parts: rows as field names to values."""
    key, last = table.model._meta.pk.attname, ids.NIL
    rows = table.model._default_manager.using(using).order_by("pk")
    while part := list(rows.filter(pk__gt=last).values(*_columns(table))[:_BATCH]):
        yield from ((row[key], row) for row in part)
        last = part[-1][key]


def _row(table: Projected, id: UUID, using: str) -> Row | None:
    return table.model._default_manager.using(using).filter(pk=id).values(*_columns(table)).first()


def _columns(table: Projected) -> list[str]:
    return [field.attname for field in table.model._meta.local_concrete_fields]


def mend(difference: Difference) -> bool:
    """Make a row what the journal says, if it is still as it was compared; return whether it is right now."""
    rows = difference.table.model._default_manager.using(DEFAULT_DB_ALIAS)
    if difference.stored is None:
        made = _outcome(difference.table.model, difference)
        rows.bulk_create([made], ignore_conflicts=True)
        return True
    unchanged = rows.filter(pk=difference.id, **_registers(difference.table.model, difference.stored))
    if difference.folded is None:
        return bool(unchanged.delete()[0])
    changed = {k: v for k, v in difference.folded.items() if v != difference.stored[k]}
    return bool(unchanged.update(**changed))


def _registers(model: type[models.Model], row: Row) -> dict[str, UUID]:
    return {k: v for k, v in row.items() if isinstance(v, UUID) and k != model._meta.pk.attname}


def _outcome(model: type[models.Model], difference: Difference) -> models.Model:
    assert difference.folded is not None
    return model(**difference.folded)
