"""Entries and markers as members of a sorted set: all scores are equal, so Redis orders them by their bytes.

An entry begins with its id, so their order is the order of time. What follows are only the ids that can't be told from
it; no member is over 64 bytes, or Redis would turn the compact list of the whole set into a skiplist of thrice its size.

A marker begins with a byte that no id begins with before the year 10889, so it is the last of the set:
``FF``, state, epoch (8 bytes), token, coverage (16 each), begun (8 bytes, milliseconds).
"""

from functools import lru_cache
from uuid import UUID

from apps.core.ids import NIL, from_bytes
from apps.posts.values import Entry

MARK = b"\xff"
BUILDING, COMPLETE = b"b", b"c"
_POST, _REPLY, _REPOST = 32, 48, 64
_MOST_KEPT = 16_384


def pack(entry: Entry) -> bytes:
    """Return 32 bytes for a post (id, author), 48 for a reply (and the person), 64 for a repost (reposter, post, author)."""
    head = entry.id.bytes + entry.author.bytes
    if entry.post != entry.id:
        return head + entry.post.bytes + entry.post_author.bytes
    return head if entry.person == NIL else head + entry.person.bytes


@lru_cache(_MOST_KEPT)
def unpack(member: bytes) -> Entry:
    """Return the entry that a member is. It stands in many timelines, so it is remembered."""
    if len(member) not in (_POST, _REPLY, _REPOST):
        raise ValueError(f"{member!r} is no entry of a timeline: it has {len(member)} bytes, not 32, 48 or 64")
    id, author = from_bytes(member[:16]), from_bytes(member[16:32])
    if len(member) == _REPOST:
        post, post_author = from_bytes(member[32:48]), from_bytes(member[48:])
        return Entry(id, author, NIL, post, post_author, False, ())
    return Entry(id, author, from_bytes(member[32:]) if len(member) == _REPLY else NIL, id, author, False, ())


def number(value: int) -> bytes:
    return value.to_bytes(8, "big")


def marker(*, state: bytes, epoch: int, token: UUID, coverage: UUID, begun: int) -> bytes:
    return MARK + state + number(epoch) + token.bytes + coverage.bytes + number(begun)
