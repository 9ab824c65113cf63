"""What posts look like outside this app: frozen values, never models."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from apps.core import ids
from apps.core.ids import NIL


class Audience(IntEnum):
    """Who may read a post, from the widest to the narrowest. An edit may only raise it."""

    PUBLIC = 0
    UNLISTED = 1
    FOLLOWERS = 2
    MENTIONED = 3

    @property
    def word(self) -> str:
        """The word by which forms and addresses name it."""
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> "Audience":
        """Return the audience that ``word`` names; raises ``KeyError``."""
        return cls[word.upper()]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed needs to know of a post or a repost to place it; none of it ever changes.

    ``post`` and ``post_author`` are its own for a post, the reposted one's for a repost. ``person`` is whom it replies
    to. ``direct``: for mentioned people only from the beginning; ``named`` are they (empty unless direct).
    """

    id: UUID
    author: UUID
    person: UUID
    post: UUID
    post_author: UUID
    direct: bool
    named: tuple[UUID, ...]

    @property
    def is_repost(self) -> bool:
        return self.post.int != self.id.int

    @property
    def ids(self) -> tuple[UUID, ...]:
        """Its own id and, for a repost, the post's."""
        return (self.id, self.post) if self.is_repost else (self.id,)

    @property
    def people(self) -> tuple[UUID, ...]:
        """Everybody who has to do with it."""
        return tuple(id for id in (self.author, self.post_author, self.person) if id.int)


@dataclass(frozen=True, slots=True)
class Head:
    """What decides who may see a post or a repost, and where it belongs. ``version`` changes with every change."""

    id: UUID
    author: UUID
    audience: Audience
    standing: bool
    deleted: bool
    direct: bool
    named: tuple[UUID, ...]
    mentions: tuple[UUID, ...]
    parent: UUID
    thread: UUID
    person: UUID
    reposted: UUID
    reposted_author: UUID
    pushed: bool
    version: UUID

    @property
    def is_repost(self) -> bool:
        return self.reposted.int != 0

    @property
    def addressed(self) -> tuple[UUID, ...]:
        """Whom a mentioned-only post lets in: those named from the beginning and still. No edit adds anybody."""
        return tuple(person for person in self.mentions if person in self.named)


@dataclass(frozen=True, slots=True)
class PostView(Head):
    """A post with what was written. ``edited`` is the last edit's id, ``NIL`` for none."""

    text: str
    lang: str
    tags: tuple[str, ...]
    edited: UUID
    imported: bool

    @property
    def head(self) -> Head:
        return Head(*(getattr(self, field.name) for field in fields(Head)))

    @property
    def published(self) -> datetime:
        return ids.moment_of(self.id)


class Marks(NamedTuple):
    """What a viewer did to a post. ``reposted`` is the viewer's standing repost of it, ``NIL`` for none."""

    liked: bool = False
    reposted: UUID = NIL


class Counts(NamedTuple):
    """How many answers stand under a post, and how many people repost and like it, when it was last counted."""

    replies: int = 0
    reposts: int = 0
    likes: int = 0
