"""Facts in Redis: a string under each key, a hash for each person's slot.

A lease is a string that begins with a zero byte, which no value does, or the field without a name of a slot. Reading
needs one plain command; the scripts work on one key each, so that a cluster can run them.

Keys hold the run of the server: after a restart or a failover nothing is there of what was kept before, which may lack
the last second's changes. What is left of it is forgotten when the loss is made good (``redelivery``).
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from apps.core.folds import batched
from apps.timelines.backends.base import BaseTimelines

SLOT_SECONDS = 3600
_LEASE_SECONDS = 10
_MOST_FIELDS = 2_000
"""A slot with more is begun anew: somebody who reads for a day meets more posts than are worth keeping."""
_LEASE = 0
_BATCH = 500

T = TypeVar("T")


class Facts(BaseTimelines):
    keeps_facts = True

    prefix: bytes
    redis: Any
    _scripts: Mapping[str, Any]
    _ask: Any
    _run_id = b""

    def facts(self, keys: Sequence[bytes]) -> list[bytes | None]:
        if not keys:
            return []
        found = self._in_one_run(lambda: self._ask(self.redis.mget, [self._fact(key) for key in keys]))
        return [None if value is None or value[0] == _LEASE else value for value in found]

    def lease(self, keys: Sequence[bytes]) -> list[bytes]:
        args = [self._fresh_lease(), _LEASE_SECONDS]
        return self._in_one_run(lambda: self._each("LEASE", [(self._fact(key), args) for key in keys]))

    def fill(self, values: Mapping[bytes, tuple[bytes, bytes]], *, seconds: int) -> None:
        leased = {key: held for key, held in values.items() if held[0]}
        self._each("FILL", [(self._fact(key), [lease, value, seconds]) for key, (lease, value) in leased.items()])

    def forget(self, keys: Sequence[bytes]) -> None:
        if keys:
            self._in_one_run(lambda: self._ask(self.redis.unlink, *map(self._fact, keys)))

    def fill_slot(self, owner: UUID, *, lease: bytes, facts: Mapping[bytes, bytes]) -> None:
        for part in batched(list(facts.items()), _BATCH):
            args = [lease, _MOST_FIELDS, *chain.from_iterable(part)]
            self._ask(self._scripts["FILL_SLOT"], keys=[self._slot(owner)], args=args)

    def forget_slots(self, slots: Mapping[UUID, Sequence[bytes]]) -> None:
        def forget() -> None:
            pipe = self.redis.pipeline(transaction=False)
            for owner, fields in slots.items():
                if fields:
                    pipe.hdel(self._slot(owner), b"", *fields)
                else:
                    pipe.unlink(self._slot(owner))
            self._ask(pipe.execute)

        if slots:
            self._in_one_run(forget)

    def _each(self, script: str, calls: Sequence[tuple[bytes, Sequence[Any]]]) -> list[Any]:
        """Run a script on each key with its arguments, in one trip."""
        pipe = self.redis.pipeline(transaction=False)
        for key, args in calls:
            self._scripts[script](keys=[key], args=args, client=pipe)
        return self._ask(pipe.execute) if calls else []

    def _in_one_run(self, do: Callable[[], T]) -> T:
        """Do what names keys; once more if the server was found to be another meanwhile."""
        while True:
            run = self._run_id
            said = do()
            if run == self._run_id:
                return said

    def _fact(self, key: bytes) -> bytes:
        return self.prefix + b"f" + self._run_id + key

    def _slot(self, owner: UUID) -> bytes:
        return self.prefix + b"{" + owner.bytes + b"}s" + self._run_id

    def _fresh_lease(self) -> bytes:
        return secrets.token_bytes(16)
