"""The marker protocol in Redis: every step is one script on one sorted set, so it needs neither lock nor transaction."""

import secrets
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from apps.core.backends.redis_nodes import Command, Node, Nodes
from apps.core.folds import batched
from apps.core.ids import MAX, NIL, from_bytes
from apps.posts.values import Entry
from apps.timelines.backends.base import NOTHING_ALONG, Along, Part

from . import scripts
from .facts import SLOT_SECONDS, Facts, answering
from .packing import BUILDING, marker, number, pack, unpack

_BATCH = 500
_SLACK = 50
"""A set is trimmed when it is so many entries over its cap; with the marker it stays within 256 members."""
_UNREAD_SECONDS = 30 * 24 * 3600
_BUILT_WITHIN_SECONDS = 600
"""A build that died takes pushes, and nothing trims it: it is gone by then."""

_NONE = NIL.bytes
_MOST_SAID = 500
"""An incarnation may be so long."""


class Timelines(Facts):
    """``URL`` is a Redis of its own that may evict (``allkeys-lru``), with ``zset-max-listpack-entries 256``; with
    ``CLUSTER``, one node or several of a Redis Cluster.

    ``TIMEOUT`` is how many seconds a command may take; a server that hangs is soon left alone (``core.breaker``).
    """

    stores = True

    def __init__(
        self,
        URL: str,  # noqa: N803
        CAP: int = 200,  # noqa: N803
        TIMEOUT: float = 0.2,  # noqa: N803
        PREFIX: str = "t",  # noqa: N803
        CLUSTER: bool = False,  # noqa: N803
    ) -> None:
        super().__init__(CAP)
        self.prefix, self.url = PREFIX.encode() + b":", URL
        self.nodes = Nodes(URL, in_cluster=CLUSTER, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
        self._scripts = {name: self.nodes.script(getattr(scripts, name)) for name in _SCRIPTS}

    @property
    def servers(self) -> tuple[str, ...]:
        return (self.url,)

    def ping(self) -> None:
        for node in self._masters():
            self._tell(node, "PING")

    def read(
        self,
        owner: UUID,
        *,
        epoch: int,
        before: UUID = MAX,
        after: UUID = NIL,
        newest_first: bool = True,
        limit: int,
        now: datetime,
        along: Along = NOTHING_ALONG,
    ) -> Part | None:
        args = [number(epoch), before.bytes, after.bytes, int(newest_first), max(limit, 0), _UNREAD_SECONDS]
        args += [along.posts, secrets.token_bytes(16), SLOT_SECONDS, owner.bytes, *(id.bytes for id in along.people)]
        reading = self._scripts["READ"]
        found = self._ask_one(owner, lambda run: reading([self._key(owner), self._slot(owner, run)], args))
        if not found:
            return None
        coverage, lease, fields, values, members = found
        try:
            entries = tuple(map(unpack, members))
        except ValueError:  # A version of Prowl that packs otherwise runs beside this one: it is built anew.
            self.drop([owner], now=now)
            return None
        facts = {name: value for name, value in zip(fields, values, strict=True) if value is not None}
        return Part(entries, from_bytes(coverage), facts, lease)

    def begin(self, owner: UUID, *, epoch: int, token: UUID, now: datetime) -> bool:
        new = marker(state=BUILDING, epoch=epoch, token=token, coverage=NIL, begun=_milliseconds(now))
        over = _milliseconds(now - self.take_over_after)
        return bool(self._run("BEGIN", owner, [new, number(over), _BUILT_WITHIN_SECONDS]))

    def complete(self, owner: UUID, *, token: UUID, entries: Sequence[Entry], coverage: UUID) -> bool:
        return bool(self._run("COMPLETE", owner, [token.bytes, coverage.bytes, _UNREAD_SECONDS, *map(pack, entries)]))

    def markers(self, owners: Iterable[UUID], *, entry_id: UUID, epoch: int) -> dict[UUID, UUID]:
        def asking(_: bytes, part: Sequence[UUID]) -> Command:
            return self._scripts["TOKENS"](self._keys(part), [number(epoch), entry_id.bytes])

        found: dict[UUID, UUID] = {}
        for batch in batched(list(owners), _BATCH):
            for part, tokens in self._ask(batch, self._key, asking):
                held = (tokens[at : at + 16] for at in range(0, len(tokens), 16))
                found |= {o: from_bytes(token) for o, token in zip(part, held, strict=True) if token != _NONE}
        return found

    def add(self, entry: Entry, *, tokens: Mapping[UUID, UUID]) -> None:
        def adding(_: bytes, part: Sequence[UUID]) -> Command:
            held = b"".join(tokens[owner].bytes for owner in part)
            return self._scripts["ADD"](self._keys(part), [packed, self.cap, _SLACK, held])

        packed = pack(entry)
        for batch in batched(list(tokens), _BATCH):
            self._ask(batch, self._key, adding)

    def drop(self, owners: Iterable[UUID], *, now: datetime) -> None:
        def dropping(run: bytes, part: Sequence[UUID]) -> Command:
            return ("UNLINK", *self._keys(part), *(self._slot(owner, run) for owner in part))

        for batch in batched(list(owners), _BATCH):
            self._ask(batch, self._key, dropping)

    def owners(self, *, epoch: int) -> Iterator[UUID]:
        """Yield them in no order; one that changes meanwhile may come or not, and may come twice."""
        for found in self._scanned(b"{"):
            people = [UUID(bytes=key[len(self.prefix) + 1 : -1]) for key in found if self._is_timeline(key)]
            for part, markers in self._ask(
                people, self._key, lambda _, part: self._scripts["MARKERS"](self._keys(part), [])
            ):
                held = zip(part, markers, strict=True)
                yield from (o for o, mark in held if mark[1:2] == b"c" and mark[2:10] == number(epoch))

    def empty(self) -> None:
        for part in self._scanned():
            self._unlink(part)

    def forget_all(self, *, besides: str = "") -> None:
        same = set(besides.split(","))
        for node, said in self._incarnations().items():
            if said not in same:
                for beginning in (b"f", b"{"):
                    for part in self._scan(node, beginning):
                        self._unlink([key for key in part if not self._is_timeline(key)])

    def incarnation(self) -> str:
        """Return of each server its run, and which slots it holds: a restarted server has another run, and so has the
        replica that took over; what moves away and back again was not told in between what changed.
        """
        said = ",".join(sorted(self._incarnations().values()))
        return said if len(said) <= _MOST_SAID else sha256(said.encode()).hexdigest()

    def _incarnations(self) -> dict[Node, str]:
        return {
            node: f"{self._tell(node, 'INFO', 'server')['run_id']}/{zlib.crc32(repr(slots).encode()):x}"
            for node, slots in self._masters().items()
        }

    def _masters(self) -> dict[Node, list[int]]:
        with answering():
            self.nodes.learn()
            return self.nodes.masters()

    def _tell(self, node: Node, *command: Any, **options: Any) -> Any:
        with answering():
            return node.client.execute_command(*command, **options)

    def _scanned(self, beginning: bytes = b"") -> Iterator[list[bytes]]:
        for node in self._masters():
            yield from self._scan(node, beginning)

    def _scan(self, node: Node, beginning: bytes) -> Iterator[list[bytes]]:
        cursor = 0
        while True:
            cursor, found = self._tell(node, "SCAN", cursor, "MATCH", self.prefix + beginning + b"*", "COUNT", _BATCH)
            yield found
            if not cursor:
                return

    def _unlink(self, keys: Sequence[bytes]) -> None:
        self._ask(keys, lambda key: key, lambda _, part: ("UNLINK", *part))

    def _is_timeline(self, key: bytes) -> bool:
        return len(key) == len(self._key(NIL)) and key[len(self.prefix)] == ord("{")

    def _keys(self, owners: Sequence[UUID]) -> list[bytes]:
        return [self._key(owner) for owner in owners]

    def _run(self, script: str, owner: UUID, args: Sequence[Any]) -> Any:
        return self._ask_one(owner, lambda _: self._scripts[script]([self._key(owner)], args))


_SCRIPTS = ("READ", "BEGIN", "COMPLETE", "MARKERS", "TOKENS", "ADD", "LEASE", "FILL", "FILL_SLOT")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
