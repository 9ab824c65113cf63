"""Facts in Redis: a string under each key, a hash for each person's slot.

A lease is a string that begins with a zero byte, which no value does, or the field without a name of a slot. Reading
needs one plain command for all keys that lie together; so do the scripts.

Keys hold the run of their server: after a restart or a failover nothing is there of what was kept before, which may lack
the last second's changes; what other servers of a cluster keep stays. What is left of it is forgotten when the loss is
made good (``redelivery``). Braces hold what says where a key lies in a cluster.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from apps.core.backends.redis import AWAY, REFUSES
from apps.core.backends.redis_nodes import Command, Nodes, whole
from apps.core.folds import batched
from apps.timelines.backends.base import BaseTimelines, Unavailable

SLOT_SECONDS = 3600
_LEASE_SECONDS = 10
_MOST_FIELDS = 2_000
"""A slot with more is begun anew: somebody who reads for a day meets more posts than are worth keeping."""
_LEASE = 0
_BATCH = 500

T = TypeVar("T")


@contextmanager
def answering() -> Iterator[None]:
    """Say ``Unavailable`` of a server that does not answer, or takes nothing."""
    try:
        yield
    except REFUSES as error:
        raise Unavailable(f"the timelines' Redis does not answer, or takes nothing: {error}") from error


class Facts(BaseTimelines):
    keeps_facts = True

    prefix: bytes
    nodes: Nodes
    _scripts: Mapping[str, Callable[..., Command]]

    def facts(self, keys: Sequence[bytes]) -> list[bytes | None]:
        with answering():
            said = self.nodes.ask(keys, self._fact, lambda run, part: ("MGET", *self._facts(run, part)))
            if said and all(isinstance(answer, AWAY) for _, answer in said):
                whole(said)
            found = _known(said)
        values = [found.get(key) for key in keys]
        return [None if value is None or value[0] == _LEASE else value for value in values]

    def lease(self, keys: Sequence[bytes]) -> list[bytes]:
        args = [secrets.token_bytes(16), _LEASE_SECONDS]
        leasing = self._scripts["LEASE"]
        with answering():
            said = self.nodes.ask(keys, self._fact, lambda run, part: leasing(self._facts(run, part), args))
            leases = _known(said)
        return [leases.get(key, b"") for key in keys]

    def fill(self, values: Mapping[bytes, tuple[bytes, bytes]], *, seconds: int) -> None:
        def filling(run: bytes, part: Sequence[bytes]) -> Command:
            args = [seconds, *chain.from_iterable(values[key] for key in part)]
            return self._scripts["FILL"](self._facts(run, part), args)

        self._ask([key for key, (lease, _) in values.items() if lease], self._fact, filling)

    def forget(self, keys: Sequence[bytes]) -> None:
        self._ask(keys, self._fact, lambda run, part: ("UNLINK", *self._facts(run, part)))

    def fill_slot(self, owner: UUID, *, lease: bytes, facts: Mapping[bytes, bytes]) -> None:
        for part in batched(list(facts.items()), _BATCH):
            self._ask_one(owner, partial(self._filling_slot, owner, [lease, _MOST_FIELDS, *chain.from_iterable(part)]))

    def _filling_slot(self, owner: UUID, args: Sequence[Any], run: bytes) -> Command:
        return self._scripts["FILL_SLOT"]([self._slot(owner, run)], args)

    def forget_slots(self, slots: Mapping[UUID, Sequence[bytes]]) -> None:
        def forgetting(run: bytes, owners: Sequence[UUID]) -> Command:
            slot, fields = self._slot(owners[0], run), slots[owners[0]]
            return ("HDEL", slot, b"", *fields) if fields else ("UNLINK", slot)

        self._ask(slots, self._key, forgetting, alone=True)

    def _ask(
        self,
        items: Iterable[T],
        key: Callable[[T], bytes],
        command: Callable[[bytes, Sequence[T]], Command],
        *,
        alone: bool = False,
    ) -> Sequence[tuple[Sequence[T], Any]]:
        """Return groups of ``items`` with their answers. Raises ``Unavailable`` unless all answer."""
        with answering():
            return whole(self.nodes.ask(items, key, command, alone=alone))

    def _ask_one(self, owner: UUID, command: Callable[[bytes], Command]) -> Any:
        ((_, answer),) = self._ask([owner], self._key, lambda run, _: command(run))
        return answer

    def _key(self, owner: UUID) -> bytes:
        """Return the key of a timeline; what is in braces keeps the slot beside it in a cluster."""
        return self.prefix + b"{" + owner.bytes + b"}"

    def _slot(self, owner: UUID, run: bytes) -> bytes:
        return self._key(owner) + b"s" + run

    def _fact(self, key: bytes, run: bytes = b"") -> bytes:
        return self.prefix + b"f" + run + b"{" + key + b"}"

    def _facts(self, run: bytes, keys: Sequence[bytes]) -> list[bytes]:
        return [self._fact(key, run) for key in keys]


def _known(said: Sequence[tuple[Sequence[bytes], Any]]) -> dict[bytes, Any]:
    """Return what is said of each key by those servers that answer: what others keep is as if it were not there."""
    answers = whole([(part, answer) for part, answer in said if not isinstance(answer, AWAY)])
    return {key: one for part, answer in answers for key, one in zip(part, answer, strict=True)}
