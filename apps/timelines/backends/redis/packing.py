"""Entries and markers as members of a sorted set: all scores are equal, so Redis orders them by their bytes.

An entry begins with its id, so their order is the order of time. What follows are only the ids that can't be told from
it; no member is over 64 bytes, or Redis would turn the compact list of the whole set into a skiplist of thrice its size.

A marker begins with a byte that no id begins with before the year 10889, so it is the last of the set:
``FF``, state, epoch (8 bytes), token, coverage (16 each), begun (8 bytes, milliseconds).
"""

from uuid import UUID

from apps.core.ids import NIL
from apps.posts.values import Entry

MARK = b"\xff"
BUILDING, COMPLETE = b"b", b"c"


def pack(entry: Entry) -> bytes:
    """Return 32 bytes for a post (id, author), 48 for a reply (and the person), 64 for a repost (reposter, post, author)."""
    head = entry.id.bytes + entry.author.bytes
    if entry.post != entry.id:
        return head + entry.post.bytes + entry.post_author.bytes
    return head if entry.person == NIL else head + entry.person.bytes


def unpack(member: bytes) -> Entry:
    if len(member) not in (32, 48, 64):
        raise ValueError(f"{member!r} is no entry of a timeline: it has {len(member)} bytes, not 32, 48 or 64")
    ids = [UUID(bytes=member[at : at + 16]) for at in range(0, len(member), 16)]
    match ids:
        case [id, author]:
            return Entry(id, author, NIL, id, author, direct=False, named=())
        case [id, author, person]:
            return Entry(id, author, person, id, author, direct=False, named=())
    id, author, post, post_author = ids
    return Entry(id, author, NIL, post, post_author, direct=False, named=())


def number(value: int) -> bytes:
    return value.to_bytes(8, "big")


def marker(*, state: bytes, epoch: int, token: UUID, coverage: UUID, begun: int) -> bytes:
    return MARK + state + number(epoch) + token.bytes + coverage.bytes + number(begun)
