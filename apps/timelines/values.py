"""What a page of a feed is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from apps.accounts.selectors import Card
from apps.posts.values import Entry, Head


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry that the viewer may see. ``original`` is the head of the reposted post; for a post its own."""

    entry: Entry
    head: Head
    original: Head


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a feed, newest first. ``older`` and ``newer`` are cursors, None where nothing more can be.

    ``people`` are the cards of whoever was met while it was filled: all authors, those replied to, and the viewer.
    ``degraded``: the store of timelines did not answer, so the database was asked.
    """

    entries: tuple[Shown, ...] = ()
    older: UUID | None = None
    newer: UUID | None = None
    people: Mapping[UUID, Card] = field(default_factory=dict, compare=False)
    degraded: bool = False
