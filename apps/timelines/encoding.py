"""Facts as bytes: keys, and values that begin with the version of their form, so that another release reads none wrong.

A post's key holds its head and its article (``posts.fragments``), a repost's its head alone; counts and cards have keys
of their own, because they change apart from it. How the viewer stands to people, and what they did to posts, are fields
of their slot.

What is read is the same bytes again and again, so their values are kept: what an answer holds is always the store's, only
its decoding is remembered.
"""

import struct
from datetime import datetime, timedelta
from functools import lru_cache
from sys import intern
from typing import TypeGuard
from uuid import UUID

from apps.accounts.selectors import Card
from apps.core.ids import EPOCH, NIL, from_bytes
from apps.graph.values import FOR_EVER, Relation
from apps.posts.fragments import Fragment
from apps.posts.values import Audience, Counts, Head, Marks

POST, COUNTS, CARD = b"p", b"n", b"c"
RELATION, MARKS, WAITING = b"r", b"m", b"w"

_FORM = b"1"
_CUT = "\0"
_HEAD = struct.Struct("!BB" + 7 * "16s" + "BB")
_COUNTS = struct.Struct("!III")
_STANDING, _DELETED, _DIRECT, _PUSHED = 1, 2, 4, 8
_FOLLOWING, _BLOCK, _MUTED = 1, 2, 4
_LOCKED, _SUSPENDED = 1, 2
_AUDIENCES = tuple(Audience)
_MOST_NAMED = 255
_MS = timedelta(milliseconds=1)
_MOST_POSTS, _MOST_KEPT = 2_048, 8_192
"""So many values a process remembers: of posts, which take some 7 KB each, and of each other kind."""


def key(kind: bytes, id: UUID) -> bytes:
    return kind + id.int.to_bytes(16)


def pack_head(head: Head) -> bytes:
    """Return a head as bytes; empty for one that names more people than any post may."""
    if max(len(head.named), len(head.mentions)) > _MOST_NAMED:
        return b""
    flags = _STANDING * head.standing | _DELETED * head.deleted | _DIRECT * head.direct | _PUSHED * head.pushed
    ids = (head.author, head.parent, head.thread, head.person, head.reposted, head.reposted_author, head.version)
    sizes = (len(head.named), len(head.mentions))
    fixed = _HEAD.pack(flags, head.audience, *(id.bytes for id in ids), *sizes)
    return _FORM + fixed + b"".join(id.bytes for id in (*head.named, *head.mentions))


@lru_cache(_MOST_POSTS)
def unpack_post(id: UUID, raw: bytes | None, template: str) -> tuple[Head, Fragment | None] | None:
    """Return a head, and the fragment where there is one; None if that was made by another template."""
    if not _is_known(raw):
        return None
    head, article = unpack_head(id, raw)
    fragment = unpack_fragment(article, template) if article else None
    return None if article and fragment is None else (head, fragment)


def unpack_head(id: UUID, raw: bytes) -> tuple[Head, bytes]:
    """Return the head of ``id``, and what lies behind it."""
    flags, audience, author, *ids, named, mentions = _HEAD.unpack_from(raw, 1)
    parent, thread, person, reposted, reposted_author, version = map(from_bytes, ids)
    at = 1 + _HEAD.size
    end = at + 16 * (named + mentions)
    people = tuple(from_bytes(raw[start : start + 16]) for start in range(at, end, 16))
    head = Head(
        id,
        from_bytes(author),
        _AUDIENCES[audience],
        bool(flags & _STANDING),
        bool(flags & _DELETED),
        bool(flags & _DIRECT),
        people[:named],
        people[named:],
        parent,
        thread,
        person,
        reposted,
        reposted_author,
        bool(flags & _PUSHED),
        version,
    )
    return head, raw[end:]


def pack_fragment(fragment: Fragment, template: str) -> bytes:
    """Return a fragment behind the version of its template."""
    return template.encode() + _CUT.join(part.replace(_CUT, "") for part in ("", *fragment)).encode()


def unpack_fragment(raw: bytes, template: str) -> Fragment | None:
    """Return a fragment; None if it was made by another template. All fragments share the template's own pieces."""
    made_by, *parts = raw.decode().split(_CUT)
    return tuple(map(intern, parts)) if parts and made_by == template else None


def pack_card(card: Card) -> bytes:
    flags = _LOCKED * card.locked | _SUSPENDED * card.is_suspended
    return _FORM + bytes([flags]) + card.version.bytes + f"{card.username}\0{card.display_name}".encode()


@lru_cache(_MOST_KEPT)
def unpack_card(id: UUID, raw: bytes | None) -> Card | None:
    if not _is_known(raw):
        return None
    username, display_name = raw[18:].decode().split("\0", 1)
    return Card(id, username, display_name, bool(raw[1] & _LOCKED), bool(raw[1] & _SUSPENDED), from_bytes(raw[2:18]))


def pack_counts(counts: Counts) -> bytes:
    return _FORM + _COUNTS.pack(*counts)


@lru_cache(_MOST_KEPT)
def unpack_counts(raw: bytes | None) -> Counts | None:
    return Counts._make(_COUNTS.unpack_from(raw, 1)) if _is_known(raw) else None


def pack_relation(relation: Relation) -> bytes:
    """Return what reading asks of a relation: whether one follows, a block by either, a mute with its end in ms."""
    until = relation.muted_until
    is_blocked = relation.blocking or relation.blocked_by
    flags = _FOLLOWING * relation.following | _BLOCK * is_blocked | _MUTED * (until is not None)
    end = b"" if until is None or until == FOR_EVER else struct.pack("!Q", (until - EPOCH) // _MS)
    return _FORM + bytes([flags]) + end


@lru_cache(_MOST_KEPT)
def unpack_relation(raw: bytes | None) -> Relation | None:
    if not _is_known(raw):
        return None
    flags, end = raw[1], raw[2:]
    until = _moment(end) if flags & _MUTED else None
    return Relation(following=bool(flags & _FOLLOWING), blocking=bool(flags & _BLOCK), muted_until=until)


def _moment(raw: bytes) -> datetime:
    return EPOCH + struct.unpack("!Q", raw)[0] * _MS if raw else FOR_EVER


def pack_marks(marks: Marks) -> bytes:
    return _FORM + bytes([marks.liked]) + (marks.reposted.bytes if marks.reposted != NIL else b"")


@lru_cache(_MOST_KEPT)
def unpack_marks(raw: bytes | None) -> Marks | None:
    return Marks(bool(raw[1]), from_bytes(raw[2:]) if len(raw) > 2 else NIL) if _is_known(raw) else None


def pack_waiting(number: int) -> bytes:
    return _FORM + str(number).encode()


def unpack_waiting(raw: bytes | None) -> int | None:
    return int(raw[1:]) if _is_known(raw) else None


def _is_known(raw: bytes | None) -> TypeGuard[bytes]:
    """Say whether there is a value, and this release knows its form: to it all others are as if they were not there."""
    return raw is not None and raw[:1] == _FORM
