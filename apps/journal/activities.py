"""What the journal holds: activities, in the words of W3C Activity Streams."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from apps.core import ids

STAFF = UUID("00000000-0000-7000-8000-0000000057af")
"""The actor of all acts of staff: they stay when the member of staff who did them is erased."""

PAYLOAD_VERSION = 1


class Verb(StrEnum):
    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"
    ANNOUNCE = "Announce"
    LIKE = "Like"
    FOLLOW = "Follow"
    ACCEPT = "Accept"
    REJECT = "Reject"
    BLOCK = "Block"
    MUTE = "Mute"
    UNDO = "Undo"
    SUSPEND = "Suspend"
    RESTORE = "Restore"
    HIDE = "Hide"
    SHOW = "Show"


@dataclass(frozen=True)
class Activity:
    """One accepted act. ``id`` is its acceptance (UUIDv7); ``payload`` holds JSON values only, ids in it as hex."""

    id: UUID
    actor_id: UUID
    verb: str
    object_id: UUID
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        return ids.moment_of(self.id)

    @property
    def kind(self) -> str:
        """What the object is: ``Note``, ``Person``, ``Announce``; for an Undo the verb that it undoes."""
        return str(self.payload.get("of") or self.payload.get("type") or "")

    @property
    def is_known(self) -> bool:
        """Say whether this process can project it: a newer version of Prowl may have written others."""
        return self.verb in set(Verb) and self.payload.get("v", PAYLOAD_VERSION) == PAYLOAD_VERSION


KEPT_WHEN_EMPTIED = frozenset(
    {"v", "type", "of", "post", "author", "parent", "thread", "person", "pushed", "named", "direct"}
)
"""What Delete leaves of a payload: ids, kinds and how the entry is numbered, nothing that anybody typed."""


def emptied(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is left of ``payload`` once its object is deleted."""
    return {key: value for key, value in payload.items() if key in KEPT_WHEN_EMPTIED} | {"emptied": True}


@dataclass(frozen=True)
class Tombstone:
    """What an erasure leaves, for ever: projectors ignore what ``actor_id`` did, and what was done to them."""

    actor_id: UUID
    erased_at: UUID
