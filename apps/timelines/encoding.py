"""Facts as bytes: keys, and values that begin with the version of their form, so that another release reads none wrong.

A post's key holds its head and its article (``posts.fragments``), a repost's its head alone; counts and cards have keys
of their own, because they change apart from it. How the viewer stands to people, and what they did to posts, are fields
of their slot.
"""

import struct
from datetime import datetime, timedelta
from uuid import UUID

from apps.accounts.selectors import Card
from apps.core.ids import EPOCH, NIL, from_bytes
from apps.graph.values import FOR_EVER, Relation
from apps.posts.fragments import Fragment
from apps.posts.values import Audience, Counts, Head, Marks

POST, COUNTS, CARD = b"p", b"n", b"c"
RELATION, MARKS, WAITING = b"r", b"m", b"w"

_FORM = b"1"
_NIL = NIL.bytes
_CUT = "\0"
_HEAD = struct.Struct("!BB" + 7 * "16s" + "BB")
_COUNTS = struct.Struct("!III")
_STANDING, _DELETED, _DIRECT, _PUSHED = 1, 2, 4, 8
_FOLLOWING, _BLOCK, _MUTED = 1, 2, 4
_LOCKED, _SUSPENDED = 1, 2
_AUDIENCES = tuple(Audience)
_MOST_NAMED = 255
_MS = timedelta(milliseconds=1)


def key(kind: bytes, id: UUID) -> bytes:
    return kind + id.bytes


def pack_head(head: Head) -> bytes:
    """Return a head as bytes; empty for one that names more people than any post may."""
    if max(len(head.named), len(head.mentions)) > _MOST_NAMED:
        return b""
    flags = _STANDING * head.standing | _DELETED * head.deleted | _DIRECT * head.direct | _PUSHED * head.pushed
    ids = (head.author, head.parent, head.thread, head.person, head.reposted, head.reposted_author, head.version)
    sizes = (len(head.named), len(head.mentions))
    fixed = _HEAD.pack(flags, head.audience, *(id.bytes for id in ids), *sizes)
    return _FORM + fixed + b"".join(id.bytes for id in (*head.named, *head.mentions))


def unpack_head(id: UUID, raw: bytes) -> tuple[Head, bytes]:
    """Return the head of ``id``, and what lies behind it."""
    flags, audience, author, *ids, named, mentions = _HEAD.unpack_from(raw, 1)
    parent, thread, person, reposted, reposted_author, version = map(_id, ids)
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


def _id(raw: bytes) -> UUID:
    return NIL if raw == _NIL else from_bytes(raw)


def pack_fragment(fragment: Fragment, template: str) -> bytes:
    """Return a fragment behind the version of its template."""
    return template.encode() + _CUT.join(part.replace(_CUT, "") for part in ("", *fragment)).encode()


def unpack_fragment(raw: bytes, template: str) -> Fragment | None:
    """Return a fragment; None if it was made by another template."""
    made_by, *parts = raw.decode().split(_CUT)
    return tuple(parts) if parts and made_by == template else None


def pack_card(card: Card) -> bytes:
    flags = _LOCKED * card.locked | _SUSPENDED * card.is_suspended
    return _FORM + bytes([flags]) + card.version.bytes + f"{card.username}\0{card.display_name}".encode()


def unpack_card(id: UUID, raw: bytes) -> Card:
    username, display_name = raw[18:].decode().split("\0", 1)
    return Card(id, username, display_name, bool(raw[1] & _LOCKED), bool(raw[1] & _SUSPENDED), from_bytes(raw[2:18]))


def pack_counts(counts: Counts) -> bytes:
    return _FORM + _COUNTS.pack(*counts)


def unpack_counts(raw: bytes) -> Counts:
    return Counts._make(_COUNTS.unpack_from(raw, 1))


def pack_relation(relation: Relation) -> bytes:
    """Return what reading asks of a relation: whether one follows, a block by either, a mute with its end in ms."""
    until = relation.muted_until
    is_blocked = relation.blocking or relation.blocked_by
    flags = _FOLLOWING * relation.following | _BLOCK * is_blocked | _MUTED * (until is not None)
    end = b"" if until is None or until == FOR_EVER else struct.pack("!Q", (until - EPOCH) // _MS)
    return _FORM + bytes([flags]) + end


def unpack_relation(raw: bytes) -> Relation:
    flags, end = raw[1], raw[2:]
    until = _moment(end) if flags & _MUTED else None
    return Relation(following=bool(flags & _FOLLOWING), blocking=bool(flags & _BLOCK), muted_until=until)


def _moment(raw: bytes) -> datetime:
    return EPOCH + struct.unpack("!Q", raw)[0] * _MS if raw else FOR_EVER


def pack_marks(marks: Marks) -> bytes:
    return _FORM + bytes([marks.liked]) + (marks.reposted.bytes if marks.reposted != NIL else b"")


def unpack_marks(raw: bytes) -> Marks:
    return Marks(bool(raw[1]), from_bytes(raw[2:]) if len(raw) > 2 else NIL)


def pack_waiting(number: int) -> bytes:
    return _FORM + str(number).encode()


def unpack_waiting(raw: bytes) -> int:
    return int(raw[1:])


def is_known(raw: bytes | None) -> bool:
    """Say whether this release knows the form of a value."""
    return raw is not None and raw[:1] == _FORM
