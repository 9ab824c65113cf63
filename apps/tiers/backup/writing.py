"""Writing a back-up of a live site, with flat memory."""

import gzip
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.serializers.python import Serializer

from apps.journal.activities import Activity
from apps.journal.handler import journal

from .tables import kept

VERSION = 1
_OVERLAP = timedelta(minutes=10)
"""No append that was under way when the scan began takes longer."""

Line = list[Any]


def write(
    path: Path, *, now: datetime, tombstones_only: bool = False, progress: Callable[[str, int], None]
) -> Counter[str]:
    """Write a back-up to ``path``, which appears when it is whole; return how many lines there are of each kind."""
    unfinished = path.with_name(f"{path.name}.part")
    counted: Counter[str] = Counter()
    digest = hashlib.sha256()
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw, gzip.open(raw, "wb", compresslevel=5) as out:
        for line in _lines(now, tombstones_only):
            data = _encoded(line)
            digest.update(data)
            out.write(data)
            counted[line[0]] += 1
            progress(line[0], counted[line[0]])
        out.write(_encoded(["end", dict(counted), digest.hexdigest()]))
        out.close()
        raw.flush()
        os.fsync(raw.fileno())  # Before it has its name, or a power cut could leave a part of it under that.
    unfinished.replace(path)
    return counted


def _lines(now: datetime, tombstones_only: bool) -> Iterator[Line]:
    """Yield tombstones, activities, accounts, and then again what came meanwhile: repeating is harmless."""
    yield ["prowl", VERSION, now.isoformat()]
    yield from _tombstones()
    if tombstones_only:
        return
    yield from (_as_line(activity) for _, activity in journal().scan())
    for model in kept():
        rows = model._default_manager.order_by("pk").iterator(chunk_size=500)
        yield from (["row", row] for row in _Rows().rows(rows))
    yield from (_as_line(activity) for activity in journal().recent(now - _OVERLAP))
    yield from _tombstones()


def _tombstones() -> Iterator[Line]:
    return (["tombstone", each.actor_id.hex, each.erased_at.hex] for each in journal().tombstones().values())


def _as_line(activity: Activity) -> Line:
    ids = activity.id.hex, activity.actor_id.hex, activity.object_id.hex
    return ["activity", *ids, str(activity.verb), dict(activity.payload)]


def _encoded(line: Line) -> bytes:
    return json.dumps(line, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class _Rows(Serializer):
    """Django's own form of rows, one after the other; what points to a permission does so by its name."""

    def rows(self, queryset: Any) -> Iterator[dict[str, Any]]:
        for row in queryset:
            yield from self.serialize([row], use_natural_foreign_keys=True)
