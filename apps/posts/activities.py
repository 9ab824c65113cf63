"""The activities of posts: what is decided at acceptance, as payloads. Imports and demos build theirs here as well."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from apps.core import ids
from apps.core.ids import NIL
from apps.journal.activities import PAYLOAD_VERSION, STAFF, Activity, Verb

from .values import Audience, Head

NOTE, ANNOUNCE = "Note", "Announce"


@dataclass(frozen=True)
class Content:
    """What a person typed, resolved: ``mentions`` are people's ids, ``tags`` as typed keys."""

    text: str
    audience: Audience
    mentions: tuple[UUID, ...] = ()
    tags: tuple[str, ...] = ()
    lang: str = ""


class Origin(NamedTuple):
    """What a reply or a repost is about: all that its activity says of it. A ``Head`` says it as well."""

    id: UUID
    thread: UUID
    author: UUID


def publication_id(*, accepted: UUID, parent: UUID = NIL) -> UUID:
    """Return a fresh object id at the time of its Create, or one tick after its parent if that is later."""
    tick = ids.tick_of(accepted)
    return ids.at_tick(max(tick, ids.tick_of(parent) + 1) if parent != NIL else tick)


def create(
    *,
    id: UUID,
    actor_id: UUID,
    post_id: UUID,
    content: Content,
    pushed: bool,
    parent: Head | Origin | None = None,
    source: str = "",
) -> Activity:
    """Return the Create of a post. An import names its ``source`` address and gives ``post_id`` its own date."""
    payload = _content(content, "named") | {
        "direct": content.audience is Audience.MENTIONED,
        "parent": parent.id.hex if parent else "",
        "thread": (parent.thread if parent else post_id).hex,
        "person": parent.author.hex if parent else "",
        "pushed": pushed,
    }
    if source:
        payload |= {"imported": True, "source": source}
    return Activity(id, actor_id, Verb.CREATE, post_id, payload)


def update(*, id: UUID, actor_id: UUID, post_id: UUID, content: Content) -> Activity:
    return Activity(id, actor_id, Verb.UPDATE, post_id, _content(content, "mentions"))


def _content(content: Content, people: str) -> dict[str, Any]:
    return {
        "v": PAYLOAD_VERSION,
        "type": NOTE,
        "text": content.text,
        "audience": int(content.audience),
        people: [person.hex for person in content.mentions],
        "tags": list(content.tags),
        "lang": content.lang,
    }


def delete(*, id: UUID, actor_id: UUID, post_id: UUID) -> Activity:
    return Activity(id, actor_id, Verb.DELETE, post_id, {"v": PAYLOAD_VERSION, "type": NOTE})


def announce(*, id: UUID, actor_id: UUID, repost_id: UUID, post_id: UUID, author_id: UUID, pushed: bool) -> Activity:
    payload = {"v": PAYLOAD_VERSION, "type": ANNOUNCE, "post": post_id.hex, "author": author_id.hex, "pushed": pushed}
    return Activity(id, actor_id, Verb.ANNOUNCE, repost_id, payload)


def like(*, id: UUID, actor_id: UUID, post_id: UUID) -> Activity:
    return Activity(id, actor_id, Verb.LIKE, post_id, {"v": PAYLOAD_VERSION})


def undo(*, id: UUID, actor_id: UUID, of: Verb, object_id: UUID) -> Activity:
    return Activity(id, actor_id, Verb.UNDO, object_id, {"v": PAYLOAD_VERSION, "of": of.value})


def hide(*, id: UUID, post_id: UUID, by: UUID) -> Activity:
    return Activity(id, STAFF, Verb.HIDE, post_id, {"v": PAYLOAD_VERSION, "type": NOTE, "by": by.hex})


def show(*, id: UUID, post_id: UUID, by: UUID) -> Activity:
    return Activity(id, STAFF, Verb.SHOW, post_id, {"v": PAYLOAD_VERSION, "type": NOTE, "by": by.hex})


def ids_of(words: Iterable[str]) -> tuple[UUID, ...]:
    """Return the ids that a payload holds as hex."""
    return tuple(UUID(word) for word in words)


def id_of(word: str | None) -> UUID:
    return UUID(word) if word else NIL
