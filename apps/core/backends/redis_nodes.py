"""Redis by its nodes: one server, which holds everything, or a cluster, whose masters each hold some of 16,384 slots.

Whatever is asked goes to all nodes concerned before any answer is read, so that it takes as long as the slowest of them,
and a single server is the case of one node with one slot. A node that hangs keeps nobody from the others: each has a
breaker of its own. redis-py's client for clusters sleeps and tries again, command after command, where a node is away, and
connects when it is made; it would also send what names a run of one server on to another.
"""

import random
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, TypeVar

import redis
from redis.connection import parse_url
from redis.crc import key_slot
from redis.exceptions import AskError, ClusterDownError, MovedError, NoScriptError, TryAgainError

from apps.core.breaker import Open

from .redis import AWAY, Redis, breaker_of

_COMMA = re.compile(r",(?=\w+://)")
_RUN = re.compile(rb"run_id:([0-9a-f]{12})")
_TRIES = 3
_SLOTS = 16_384
_LEARNED_SECONDS = 0.2
"""So often is asked who holds the slots of a node that is away, and those that nobody is known to hold."""

T = TypeVar("T")
Command = tuple[Any, ...]


class Node:
    """One server: its connections, its breaker, and the ``run`` of it that the newest connection met."""

    def __init__(self, host: str, port: int, **options: Any) -> None:
        self.name, self.run = f"{host}:{port}", b""
        pool = redis.ConnectionPool(host=host, port=port, redis_connect_func=self._meet, **options)
        self.client, self.breaker = Redis(connection_pool=pool), breaker_of(host, port)

    def send(self, commands: Sequence[Command]) -> Any:
        """Return the connection on which the answers will come, or the error which says that the node is away."""
        pool, link = self.client.connection_pool, None
        try:
            self.breaker.admit()
        except Open as error:
            return redis.ConnectionError(f"{self.name}: {error}")
        try:
            link = pool.get_connection()
            link.send_packed_command(link.pack_commands(commands))
        except AWAY as error:
            self.breaker.failed()
            if link is not None:
                link.disconnect()
                pool.release(link)
            return error
        return link

    def receive(self, link: Any, count: int) -> list[Any]:
        """Return an answer to each command; errors are answers too."""
        if isinstance(link, Exception):
            return [link] * count
        try:
            said = [_answer(link) for _ in range(count)]
        except BaseException as error:
            link.disconnect()  # Else the next one to use it would read what is left.
            if not isinstance(error, AWAY):
                raise
            self.breaker.failed()
            return [error] * count
        finally:
            self.client.connection_pool.release(link)
        self.breaker.succeeded()
        return said

    def _meet(self, connection: Any) -> None:
        """Ask a server for its run before anything else: whatever replaces one needs new connections."""
        connection.on_connect()
        connection.send_command("INFO", "server")
        found = _RUN.search(connection.read_response())
        self.run = found[1] if found else b""


def _in_words(answer: Any) -> Any:
    """Return an answer; one that says where else a slot is by now as one that says that its node is away."""
    if isinstance(answer, AskError | ClusterDownError | TryAgainError):
        return redis.ConnectionError(f"its slot is on the move: {answer}")
    return answer


def whole(said: Sequence[tuple[T, Any]]) -> Sequence[tuple[T, Any]]:
    """Return groups with their answers, or raise the first answer that is an error."""
    for _, answer in said:
        if isinstance(answer, Exception):
            raise answer
    return said


def _answer(link: Any) -> Any:
    try:
        return link.read_response(disconnect_on_error=False)
    except redis.ResponseError as error:
        return error


class Nodes:
    """``urls`` are the server's or, with commas between, those of some nodes of the cluster; nothing connects yet."""

    def __init__(self, urls: str, *, in_cluster: bool, **options: Any) -> None:
        self.in_cluster = in_cluster
        first, *others = [parse_url(url) for url in _COMMA.split(urls)]
        self._options = {**first, **options}
        self._nodes: dict[str, Node] = {}
        self._starts = [self._node(url.get("host", "localhost"), url.get("port", 6379)) for url in (first, *others)]
        self._slots: Sequence[Node | None] = [] if in_cluster else self._starts
        self._learned_at, self._lock, self._texts = 0.0, threading.Lock(), dict[str, str]()
        self.first = self._starts[0].client

    def _node(self, host: str, port: int) -> Node:
        name = f"{host}:{port}"
        if name not in self._nodes:
            self._nodes[name] = Node(**{**self._options, "host": host, "port": port})
        return self._nodes[name]

    def disconnect(self) -> None:
        for node in list(self._nodes.values()):
            node.client.connection_pool.disconnect()

    def slot_of(self, key: bytes) -> int:
        return key_slot(key) if self.in_cluster else 0

    def node_of(self, slot: int) -> Node:
        """Return who holds a slot. Raises ``redis.ConnectionError`` if nobody does, or nobody can be asked."""
        if not self._slots or (self._slots[slot] is None and self._may_have_changed()):
            self.learn()
        node = self._slots[slot]
        if node is None:
            raise redis.ConnectionError(f"no node holds slot {slot}")
        return node

    def masters(self) -> dict[Node, list[int]]:
        """Return the nodes that hold slots, with them."""
        found: dict[Node, list[int]] = {}
        for slot in range(len(self._slots) or self.learn()):
            found.setdefault(self.node_of(slot), []).append(slot)
        return found

    def learn(self) -> int:
        """Ask nodes who holds which slots until one knows of all; return how many slots there are.

        Else the one that knows of most is believed: a node that lost its disk, was taken out or only joins knows of none
        or of some. Raises ``redis.ConnectionError`` if none knows of any.
        """
        if not self.in_cluster:
            return 1
        with self._lock:
            best: list[Node | None] = []
            for node in random.sample(list(self._nodes.values()), len(self._nodes)):
                known = self._known_to(node)
                if not best or known.count(None) < best.count(None):
                    best = known
                if None not in best:
                    break
            if not any(best):
                raise redis.ConnectionError("no node of the cluster answers, or none knows who holds slots")
            self._slots, self._learned_at = best, time.monotonic()
        return _SLOTS

    def _known_to(self, node: Node) -> list[Node | None]:
        """Return who holds each slot as far as a node says."""
        slots: list[Node | None] = [None] * _SLOTS
        try:
            found = node.client.execute_command("CLUSTER SLOTS")
        except (*AWAY, redis.ResponseError):
            return slots
        for first, last, (host, port, *_), *_ in found:
            held = self._node(host.decode() or node.name.rpartition(":")[0], port)
            slots[first : last + 1] = [held] * (last + 1 - first)
        return slots

    def _may_have_changed(self) -> bool:
        return time.monotonic() - self._learned_at > _LEARNED_SECONDS

    def script(self, text: str) -> Callable[..., Command]:
        """Return how a script is called, by its keys and arguments."""
        sha = redis.Redis().register_script(text).sha
        self._texts[sha] = text
        return lambda keys, args: ("EVALSHA", sha, len(keys), *keys, *args)

    def ask(
        self,
        items: Iterable[T],
        key: Callable[[T], bytes],
        command: Callable[[bytes, Sequence[T]], Command],
        *,
        alone: bool = False,
    ) -> list[tuple[Sequence[T], Any]]:
        """Return groups of ``items``, each with its answer; a node that is away answers with the error.

        ``key(item)`` says where it lies: those of one slot are a group, unless each is to be ``alone``.
        ``command(run, group)`` names keys in that slot and may name the run of the server; it is asked for again where the
        slot or the run turns out to be another.
        """
        wanted = list(items)
        for _ in range(_TRIES):
            groups = self._grouped(wanted, key, alone)
            runs = [node.run for node, _ in groups]
            sent = [(node, command(node.run, group)) for node, group in groups]
            said = self._round(sent)
            met = [node.run for node, _ in groups]
            if met != runs and [(node, command(node.run, group)) for node, group in groups] != sent:
                continue
            if not self._are_elsewhere(said):
                break
        return [(group, _in_words(answer)) for (_, group), answer in zip(groups, said, strict=True)]

    def _grouped(self, items: Sequence[T], key: Callable[[T], bytes], alone: bool) -> list[tuple[Node, Sequence[T]]]:
        if alone:
            return [(self.node_of(self.slot_of(key(item))), [item]) for item in items]
        slots: dict[int, list[T]] = {}
        for item in items:
            slots.setdefault(self.slot_of(key(item)), []).append(item)
        return [(self.node_of(slot), group) for slot, group in slots.items()]

    def _are_elsewhere(self, said: Sequence[Any]) -> bool:
        """Say whether slots were found to be elsewhere by now, so that asking again makes sense."""
        moved = any(isinstance(one, MovedError | ClusterDownError) for one in said)
        lost = any(isinstance(one, AWAY) for one in said) and self._may_have_changed()
        if not self.in_cluster or not (moved or lost):
            return False
        before = self._slots
        self.learn()
        return moved or before != self._slots

    def _round(self, commands: Sequence[tuple[Node, Command]]) -> list[Any]:
        """Send every command, then read the answers: one trip to each node, side by side."""
        said = self._exchange(commands)
        again = {at: more for at, one in enumerate(said) if (more := self._again(*commands[at], one))}
        answers = iter(self._exchange(list(chain(*again.values()))))
        for at, more in again.items():
            said[at] = [next(answers) for _ in more][-1]
        return said

    def _again(self, node: Node, command: Command, said: Any) -> Sequence[tuple[Node, Command]]:
        """Return what is to be sent in place of a command whose script is unknown there, or whose slot moves just now."""
        if isinstance(said, NoScriptError):
            return [(node, ("EVAL", self._texts[command[1]], *command[2:]))]
        if isinstance(said, AskError) and not isinstance(said, MovedError):
            to = self._node(said.host, said.port)
            return [(to, ("ASKING",)), (to, command)]
        return ()

    def _exchange(self, commands: Sequence[tuple[Node, Command]]) -> list[Any]:
        asked: dict[Node, list[int]] = {}
        for at, (node, _) in enumerate(commands):
            asked.setdefault(node, []).append(at)
        links = {node: node.send([commands[at][1] for at in places]) for node, places in asked.items()}
        said: list[Any] = [None] * len(commands)
        for node, places in asked.items():
            for at, answer in zip(places, node.receive(links[node], len(places)), strict=True):
                said[at] = answer
        return said
