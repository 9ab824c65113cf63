"""Notes that the processes of a site leave for each other: JSON, because servers of two releases run side by side.

Kinds are frozen dataclasses; a field that comes later needs a default, so that notes of the release before are read.
What this release can't read is no note. Every function raises what the cache raises while it is away.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from django.core.cache import caches

T = TypeVar("T")


def leave(key: str, note: object, *, seconds: float) -> None:
    caches["locks"].set(key, msgspec.json.encode(note), seconds)


def leave_first(key: str, note: object, *, seconds: float) -> bool:
    """Leave a note unless there is something already; return whether it was left."""
    return bool(caches["locks"].add(key, msgspec.json.encode(note), seconds))


def read(key: str, kind: type[T]) -> T | None:
    return _read(caches["locks"].get(key), kind)


def read_all(keys: Iterable[str], kind: type[T]) -> list[T]:
    """Return the notes that there are under ``keys``."""
    found = caches["locks"].get_many(list(keys)).values()
    return [note for raw in found if (note := _read(raw, kind)) is not None]


def _read(raw: Any, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(raw, type=kind) if isinstance(raw, bytes) else None
    except msgspec.DecodeError:
        return None
