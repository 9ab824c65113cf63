"""What a page of a feed is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from apps.accounts.selectors import Card
from apps.posts.fragments import Fragment
from apps.posts.values import Counts, Entry, Head, Marks


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry that the viewer may see. ``original`` is the head of the reposted post; for a post its own."""

    entry: Entry
    head: Head
    original: Head


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a feed, newest first. ``older`` and ``newer`` are cursors, None where nothing more can be.

    ``people`` are the cards of whoever was met while it was filled: all authors, those replied to, and the viewer. What
    else is shown may have come along: ``counts``, the viewer's ``marks``, ``fragments`` by post, and how many people are
    ``waiting`` to follow the viewer. What did not is asked for by whoever draws the page.
    ``parents``, of a thread: what every post of it answers, also of those that the viewer may not see.
    ``degraded``: the store of timelines did not answer, so the database was asked.
    """

    entries: tuple[Shown, ...] = ()
    older: UUID | None = None
    newer: UUID | None = None
    people: Mapping[UUID, Card] = field(default_factory=dict, compare=False)
    counts: Mapping[UUID, Counts] = field(default_factory=dict, compare=False)
    marks: Mapping[UUID, Marks] = field(default_factory=dict, compare=False)
    fragments: Mapping[UUID, Fragment] = field(default_factory=dict, compare=False)
    waiting: int | None = None
    parents: Mapping[UUID, UUID] = field(default_factory=dict, compare=False)
    degraded: bool = False
