"""Restoring a back-up: verified whole first, tombstones before anything else, projections made on the way."""

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.serializers.python import Deserializer

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.graph import counters
from apps.journal import services, signals
from apps.journal.activities import Activity, Tombstone
from apps.journal.handler import journal

from .writing import VERSION, Line

Progress = Callable[[str, int], None]


@dataclass
class Found:
    """What a first reading of all files finds: that they are whole, and who was erased."""

    lines: Counter[str] = field(default_factory=Counter)
    tombstones: dict[UUID, Tombstone] = field(default_factory=dict)


def is_empty() -> bool:
    """Say whether there is nothing here yet that a back-up could meet."""
    return next(journal().scan(), None) is None and not User.objects.exists()


def verify(paths: Sequence[Path]) -> Found:
    """Read all of the files; raise ``Refused`` naming the first that is not a whole back-up."""
    found = Found()
    for path in paths:
        for line in _whole(path):
            found.lines[line[0]] += 1
            if line[0] == "tombstone":
                actor_id, erased_at = UUID(line[1]), UUID(line[2])
                found.tombstones[actor_id] = Tombstone(actor_id, erased_at)
    return found


def restore(paths: Sequence[Path], found: Found, *, now: datetime, progress: Progress) -> None:
    """Store what the files hold, and make everything else from it. It may be repeated.

    Who was erased, by these files or by this site, is not brought back.
    """
    for tombstone in found.tombstones.values():
        journal().remove_actor(tombstone)
    erased = set(journal().tombstones())
    for path in paths:
        for number, row in enumerate(_rows(path), 1):
            next(iter(Deserializer([row]))).save()
            progress("accounts", number)
        alive = (activity for activity in _activities(path) if activity.actor_id not in erased)
        for through in services.take_many(alive, now=now):
            progress("activities", through)
    for actor_id in erased:
        services.erase_rows(actor_id=actor_id, now=now)
    signals.replayed.send(sender=None, now=now)
    while done := counters.recount_pending():
        progress("counts", done)


def _activities(path: Path) -> Iterator[Activity]:
    for line in _whole(path):
        if line[0] == "activity":
            id, actor_id, object_id = (UUID(word) for word in line[1:4])
            yield Activity(id, actor_id, line[4], object_id, line[5])


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    return (line[1] for line in _whole(path) if line[0] == "row")


def _whole(path: Path) -> Iterator[Line]:
    """Yield the lines of a back-up; raise ``Refused`` where it is none, or not as it was written."""
    digest, line = hashlib.sha256(), []
    for number, data in enumerate(_read(path)):
        line = _decoded(path, data)
        if number == 0 and line[:2] != ["prowl", VERSION]:
            raise Refused(f"{path} is not a back-up of this version of Prowl: it begins with {data[:60]!r}.")
        if line[0] == "end":
            break
        digest.update(data)
        yield line
    if line[:1] != ["end"] or line[2:] != [digest.hexdigest()]:
        raise Refused(f"{path} is not whole: it ends early, or was changed.")


def _read(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as lines:
            yield from lines
    except (OSError, EOFError, zlib.error) as error:
        raise Refused(f"{path} can't be read as a back-up: {error}") from error


def _decoded(path: Path, data: bytes) -> Line:
    try:
        line = json.loads(data)
    except ValueError as error:
        raise Refused(f"{path} is not whole: {data[:60]!r} is no line of a back-up.") from error
    if not isinstance(line, list) or not line:
        raise Refused(f"{path} is not a back-up: {data[:60]!r} is no line of one.")
    return line
