"""The journal as staff may read it: through its own interface, with what is private masked."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import islice
from uuid import UUID

from . import projection
from .activities import Activity, Verb
from .handler import journal

PAGE = 100
RECENT = timedelta(hours=1)
MASKED = "[masked]"
_TYPED = ("text", "named", "mentions", "tags")
_MENTIONED_ONLY = 3


@dataclass(frozen=True)
class Record:
    """An activity and where its projection stands. ``pending`` names the stages without a done mark."""

    activity: Activity
    payload: str
    pending: tuple[str, ...]
    failures: tuple[str, ...]


def masked(activity: Activity) -> dict[str, object]:
    """Return the payload without what staff have no business to read: texts for mentioned people only, and mutes."""
    payload = dict(activity.payload)
    if activity.verb == Verb.MUTE or payload.get("of") == Verb.MUTE:
        return {"of": payload.get("of", ""), "until": MASKED}
    if payload.get("direct") or payload.get("audience") == _MENTIONED_ONLY:
        payload |= {key: MASKED for key in _TYPED if key in payload}
    return payload


def recent(*, now: datetime) -> list[Record]:
    """Return the newest of the last hour, newest first."""
    return _records(nlargest(PAGE, journal().recent(now - RECENT), key=lambda activity: activity.id))


def by_actor(*, actor_id: UUID, before: UUID | None = None) -> list[Record]:
    return _records(journal().by_actor(actor_id, before=before, limit=PAGE))


def set_aside() -> list[Record]:
    """Return what failed and is not done yet."""
    ids = {id for id, _ in islice(journal().failures(), PAGE)}
    return _records(journal().get(ids))


def _records(activities: Iterable[Activity]) -> list[Record]:
    listed = list(activities)
    done = journal().marks([activity.id for activity in listed])
    failures = journal().failures()
    return [_record(activity, done.get(activity.id, set()), failures) for activity in listed]


def _record(activity: Activity, done: set[str], failures: dict[tuple[UUID, str], tuple[int, str]]) -> Record:
    object_id = UUID(int=0) if activity.verb == Verb.MUTE or activity.kind == Verb.MUTE else activity.object_id
    shown = Activity(activity.id, activity.actor_id, activity.verb, object_id, masked(activity))
    pending = tuple(sorted(projection.stages_of(activity) - done))
    said = tuple(f"{name}: {times}×, {text}" for (id, name), (times, text) in failures.items() if id == activity.id)
    return Record(shown, json.dumps(dict(shown.payload), ensure_ascii=False, indent=1), pending, said)
