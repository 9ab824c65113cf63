"""What another release of Prowl leaves in the store of timelines, beside and in place of what this one keeps there."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from typing import Any
from uuid import UUID

from redis.cluster import RedisCluster

from apps.timelines import encoding

_TIMELINES, _FRAGMENTS = 2, 1
"""Databases of one server; a cluster's has one."""
_RUN = 12
_OTHER = "0" * 12
"""No template of this release is called so; each is by its digest."""
_GONE = b"capps.posts.nowhere\nFragment\n."
"""What a class that this release does not have was pickled to."""


def leave(connect: Any) -> int:
    """Leave entries, facts, slots and fragments of other releases; return how many. ``connect`` takes a database's number."""
    with connect() as first:
        is_one = not first.info("cluster")["cluster_enabled"]
        port = first.connection_pool.connection_kwargs["port"]
    with ExitStack() as stack:
        client = stack.enter_context(connect(database=is_one * _TIMELINES))
        fragments = stack.enter_context(connect(database=is_one * _FRAGMENTS))
        # In a cluster another name lies in another slot, most often on another node.
        anywhere = fragments if is_one else stack.enter_context(RedisCluster(host="127.0.0.1", port=port))
        return _entries(client) + _facts(client) + _slots(client) + _fragments(fragments, anywhere)


def _entries(client: Any) -> int:
    """Leave an entry of another size in each timeline."""
    found = list(client.scan_iter(match=b"t:*", count=500, _type="zset"))
    for key in found:
        for newest in client.zrevrange(key, 1, 1):  # The marker comes first.
            client.zadd(key, {newest[:32].ljust(40, b"?"): 0})
    return len(found)


def _facts(client: Any) -> int:
    """Put what another release would have kept in place of each fact."""
    found = list(client.scan_iter(match=b"t:f*", count=500, _type="string"))
    for turn, key in zip(cycle(range(3)), found, strict=False):
        raw = client.get(key)
        if raw and raw[0]:  # No lease.
            client.set(key, _foreign(key[3 + _RUN + 1 : -1], raw, turn), keepttl=True)
    return len(found)


def _slots(client: Any) -> int:
    found = list(client.scan_iter(match=b"t:{*", count=500, _type="hash"))
    for key in found:
        for turn, (field, raw) in zip(cycle(range(2)), client.hgetall(key).items(), strict=False):
            if field:
                client.hset(key, field, _foreign(field, raw, turn))
    return len(found)


def _foreign(name: bytes, raw: bytes, turn: int) -> bytes:
    """Return a fact of an older form, of a newer one, or an article that another template made."""
    if turn == 2 and name[:1] == encoding.POST:
        id = UUID(bytes=name[1:])
        _, article = encoding.unpack_head(id, raw)
        return raw[: len(raw) - len(article)] + encoding.pack_fragment((_article(id.hex),), _OTHER)
    return b"0" + raw[1:] if turn else b"2" + raw[:0:-1]


def _article(id: str) -> str:
    """Return an article that no reader may be shown: the text has a version that nobody wrote."""
    return f'<article class="post" id="p-{id}">writer-0-v999</article>'


def _fragments(client: Any, anywhere: Any) -> int:
    return sum(bool(anywhere.set(key, _GONE)) for key in list(_of_other_templates(client)))


def _of_other_templates(client: Any) -> Iterator[bytes]:
    for key in client.scan_iter(match=b"*post:*", count=500):
        yield key.rpartition(b":")[0] + b":" + _OTHER.encode()
