"""The marker protocol in Redis: every step is one script on one sorted set, so it needs neither lock nor transaction."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from apps.core.backends.redis import AWAY, REFUSES, Redis
from apps.core.folds import batched
from apps.core.ids import MAX, NIL, from_bytes
from apps.posts.values import Entry
from apps.timelines.backends.base import NOTHING_ALONG, Along, Part, Unavailable

from . import scripts
from .facts import SLOT_SECONDS, Facts
from .packing import BUILDING, marker, number, pack, unpack

_BATCH = 500
_SLACK = 50
"""A set is trimmed when it is so many entries over its cap; with the marker it stays within 256 members."""
_UNREAD_SECONDS = 30 * 24 * 3600

_NONE = NIL.bytes
_RUN = re.compile(rb"run_id:([0-9a-f]{12})")

T = TypeVar("T")


class Timelines(Facts):
    """``URL`` is a Redis of its own that may evict (``allkeys-lru``), with ``zset-max-listpack-entries 256``.

    ``TIMEOUT`` is how many seconds a command may take; a server that hangs is soon left alone (``core.breaker``).
    """

    stores = True

    def __init__(self, URL: str, CAP: int = 200, TIMEOUT: float = 0.2, PREFIX: str = "t") -> None:  # noqa: N803
        super().__init__(CAP)
        self.prefix = PREFIX.encode() + b":"
        self.url = URL
        self.redis = Redis.from_url(
            URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, redis_connect_func=self._meet
        )
        self._scripts = {name: self.redis.register_script(getattr(scripts, name)) for name in _SCRIPTS}

    @property
    def servers(self) -> tuple[str, ...]:
        return (self.url,)

    def ping(self) -> None:
        try:
            self.redis.ping()
        except AWAY as error:
            raise Unavailable(f"the timelines' Redis does not answer: {error}") from error

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
        args += [along.posts, self._fresh_lease(), SLOT_SECONDS, owner.bytes, *(id.bytes for id in along.people)]
        found = self._in_one_run(
            lambda: self._ask(self._scripts["READ"], keys=[self._key(owner), self._slot(owner)], args=args)
        )
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
        return bool(self._run("BEGIN", [owner], [new, number(over), _UNREAD_SECONDS]))

    def complete(self, owner: UUID, *, token: UUID, entries: Sequence[Entry], coverage: UUID) -> bool:
        return bool(self._run("COMPLETE", [owner], [token.bytes, coverage.bytes, *map(pack, entries)]))

    def markers(self, owners: Iterable[UUID], *, entry_id: UUID, epoch: int) -> dict[UUID, UUID]:
        found: dict[UUID, UUID] = {}
        for part in batched(list(owners), _BATCH):
            tokens: bytes = self._run("TOKENS", part, [number(epoch), entry_id.bytes]) if part else b""
            held = (tokens[at : at + 16] for at in range(0, len(tokens), 16))
            found.update((owner, from_bytes(token)) for owner, token in zip(part, held, strict=True) if token != _NONE)
        return found

    def add(self, entry: Entry, *, tokens: Mapping[UUID, UUID]) -> None:
        for part in batched(list(tokens.items()), _BATCH):
            args = [pack(entry), self.cap, _SLACK, b"".join(token.bytes for _, token in part)]
            self._run("ADD", [owner for owner, _ in part], args)

    def drop(self, owners: Iterable[UUID], *, now: datetime) -> None:
        for part in batched(list(owners), _BATCH):
            self._in_one_run(partial(self._unlink, part))

    def _unlink(self, owners: Sequence[UUID]) -> None:
        self._ask(self.redis.unlink, *map(self._key, owners), *map(self._slot, owners))

    def owners(self, *, epoch: int) -> Iterator[UUID]:
        """Yield them in no order; one that changes meanwhile may come or not, and may come twice."""
        size = len(self._key(NIL))
        for part in self._keys(b"{"):
            owners = [UUID(bytes=key[len(self.prefix) + 1 : -1]) for key in part if len(key) == size]
            held = self._run("MARKERS", owners, []) if owners else []
            yield from (o for o, m in zip(owners, held, strict=True) if m[1:2] == b"c" and m[2:10] == number(epoch))

    def empty(self) -> None:
        for part in self._keys():
            if part:
                self._ask(self.redis.unlink, *part)

    def forget_all(self) -> None:
        size = len(self._key(NIL))
        for beginning in (b"f", b"{"):
            for part in self._keys(beginning):
                if facts := [key for key in part if beginning == b"f" or len(key) != size]:
                    self._ask(self.redis.unlink, *facts)

    def incarnation(self) -> str:
        """Return the server's run: a restarted server has another, and so has the replica that took over."""
        return str(self._ask(self.redis.info, "server")["run_id"])

    def _meet(self, connection: Any) -> None:
        """Ask a server for its run before anything else: whatever replaces one needs new connections."""
        connection.on_connect()
        connection.send_command("INFO", "server")
        found = _RUN.search(connection.read_response())
        self._run_id = found[1] if found else b""

    def _keys(self, beginning: bytes = b"") -> Iterator[list[bytes]]:
        cursor = 0
        while True:
            answer: Any = self._ask(self.redis.scan, cursor, match=self.prefix + beginning + b"*", count=_BATCH)
            cursor, found = answer
            yield found
            if not cursor:
                return

    def _key(self, owner: UUID) -> bytes:
        """Return the key of a timeline; what is in braces keeps the slot beside it in a cluster."""
        return self.prefix + b"{" + owner.bytes + b"}"

    def _run(self, name: str, owners: Sequence[UUID], args: Sequence[Any]) -> Any:
        return self._ask(self._scripts[name], keys=[self._key(owner) for owner in owners], args=args)

    def _ask(self, command: Callable[..., T], *args: Any, **more: Any) -> T:
        try:
            return command(*args, **more)
        except REFUSES as error:
            raise Unavailable(f"the timelines' Redis does not answer, or takes nothing: {error}") from error


_SCRIPTS = ("READ", "BEGIN", "COMPLETE", "MARKERS", "TOKENS", "ADD", "LEASE", "FILL", "FILL_SLOT")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
