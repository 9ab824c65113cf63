"""UUIDv7 ids (RFC 9562) as moments: a 60-bit tick (48 bits of milliseconds, 12 of their fraction), then random bits.

No server asks another for an id. Order by id is order by time, and a bound in time is a bound on ids.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID, SafeUUID

NIL = UUID(int=0)
MAX = UUID(int=2**128 - 1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICKS_PER_MS = 4096
_RANDOM_BITS = 62
_LAST_TICK = 2**60 - 1


_new, _set = object.__new__, object.__setattr__
_MOST_KEPT, _NIL_BYTES = 16_384, NIL.bytes


@lru_cache(_MOST_KEPT)
def from_bytes(raw: bytes) -> UUID:
    """Return the id of 16 bytes, which are not checked: pages hold hundreds, and most again and again.

    That the same bytes give the same object also spares comparing: of what is identical Python knows that it is equal.
    """
    if raw == _NIL_BYTES:
        return NIL
    id = _new(UUID)
    _set(id, "int", int.from_bytes(raw, "big"))
    _set(id, "is_safe", SafeUUID.unknown)
    return id


@lru_cache(_MOST_KEPT)
def from_hex(digits: str | None) -> UUID | None:
    """Return the id of 32 hexadecimal digits, as databases without such a type keep it."""
    return None if digits is None else from_bytes(bytes.fromhex(digits))


def tick_at(moment: datetime) -> int:
    """Return the tick of an aware ``moment``; a tick is 1/4096 ms since 1970."""
    microseconds = (moment - EPOCH) // timedelta(microseconds=1)
    return microseconds * TICKS_PER_MS // 1000


def tick_of(id: UUID) -> int:
    """Return the tick that ``id`` carries; 0 for ``NIL``."""
    return (id.int >> 80) << 12 | (id.int >> 64) & 0xFFF


def moment_of(id: UUID) -> datetime:
    """Return the aware moment that ``id`` carries: the very microsecond that it was minted at."""
    return EPOCH + timedelta(microseconds=-(-tick_of(id) * 1000 // TICKS_PER_MS))


def minute_of(id: UUID) -> int:
    """Return the minute since 1970 that ``id`` was minted in."""
    return (id.int >> 80) // 60_000


def at_tick(tick: int, *, random: int | None = None) -> UUID:
    """Return an id at ``tick``, with fresh random bits unless 62 ``random`` bits are given."""
    if not 0 <= tick <= _LAST_TICK:
        raise ValueError(f"tick {tick} is outside 0…2⁶⁰-1: is the clock set?")
    tail = secrets.randbits(_RANDOM_BITS) if random is None else random
    return UUID(int=(tick >> 12) << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0b10 << 62 | tail)


def mint(*, now: datetime, after: Iterable[UUID] = ()) -> UUID:
    """Return a fresh id: at ``now``, or one tick later than the latest of ``after`` if that is later."""
    return at_tick(max([tick_at(now), *(tick_of(id) + 1 for id in after)]))


def mint_from(*, moment: datetime, source: str) -> UUID:
    """Return the same id for the same ``moment`` and ``source``, so that importing again changes nothing."""
    digest = hashlib.blake2b(source.encode(), digest_size=8).digest()
    return at_tick(tick_at(moment), random=int.from_bytes(digest, "big") >> 2)


def floor_of(moment: datetime) -> UUID:
    """Return the least id of ``moment``: every id minted at or after it is greater or equal."""
    return at_tick(tick_at(moment), random=0)


def key_of(*parts: UUID | str) -> UUID:
    """Return the key of a row that is named by several ids (a pair, a like): the same parts give the same key."""
    joined = "\x00".join(part.hex if isinstance(part, UUID) else part for part in parts)
    return UUID(bytes=hashlib.blake2b(joined.encode(), digest_size=16).digest())
