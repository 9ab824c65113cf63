"""Runs several actors in every order of their steps: what holds here holds by proof, not by luck.

Each actor is a function in a thread of its own; only one thread moves at a time, and it hands back at each ``pause``.
Orders are walked depth first by replaying from the beginning, as a model checker does, so how many steps an actor takes
may depend on what the others did. Of orders that differ only in steps that have nothing to do with each other, one is run
(sleep sets: P. Godefroid, Partial-Order Methods for the Verification of Concurrent Systems, 1996).
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

Actor = Callable[[], object]

_here = threading.local()


@dataclass(frozen=True)
class Step:
    """What a step reads and writes. Two may change places unless one writes what the other touches."""

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()

    def minds(self, other: "Step") -> bool:
        return bool(self.writes & (other.reads | other.writes) or other.writes & self.reads)


def step(*, reads: str = "", writes: str = "") -> Step:
    """Return a step by the names of what it touches, in words."""
    return Step(frozenset(reads.split()), frozenset(writes.split()))


def pause(touches: Step) -> None:
    """End a step; what follows ``touches`` this. Outside of actors it does nothing."""
    actor = getattr(_here, "actor", None)
    if actor is not None:
        actor.hand_back(touches)


def paused(touches: Step, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` as a step of its own."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        pause(touches)
        return function(*args, **kwargs)

    return wrapped


def hooked(monkeypatch: pytest.MonkeyPatch, where: object, name: str, **touches: str) -> None:
    """Make each call of ``where.name`` a step of its own, for the time of a test."""
    monkeypatch.setattr(where, name, paused(step(**touches), getattr(where, name)))


@contextmanager
def statements_are_steps() -> Iterator[None]:
    """Make every statement that an actor sends to an SQL database a step."""

    def execute(execute: Callable[..., Any], *args: Any) -> Any:
        pause(step(writes="database"))
        return execute(*args)

    with connections[DEFAULT_DB_ALIAS].execute_wrapper(execute):
        yield


class _Abandoned(BaseException):
    """This order is the same as another: no need to go on."""


class _Thread(threading.Thread):
    """An actor. The connection is lent to it: only one thread uses it at a time."""

    def __init__(self, actor: Actor) -> None:
        super().__init__(daemon=True)
        self.actor, self.connection = actor, connections[DEFAULT_DB_ALIAS]
        self.may_go, self.has_stopped = threading.Semaphore(0), threading.Semaphore(0)
        self.next: Step | None = Step()
        self.error: BaseException | None = None
        self.is_abandoned = False

    def run(self) -> None:
        _here.actor = self
        connections[DEFAULT_DB_ALIAS] = self.connection
        try:
            self.hand_back(Step(), first=True)
            self.actor()
        except _Abandoned:
            pass
        except BaseException as error:
            self.error = error
        self.next = None
        self.has_stopped.release()

    def hand_back(self, touches: Step, *, first: bool = False) -> None:
        self.next = touches
        if not first:
            self.has_stopped.release()
        self.may_go.acquire()
        if self.is_abandoned:
            raise _Abandoned

    def go(self) -> None:
        self.may_go.release()
        self.has_stopped.acquire()
        if self.error is not None:
            raise self.error


@dataclass
class _Choice:
    """A state on the way: who could go on from here, who does, who did in runs before, and who need not."""

    alive: list[int]
    chosen: int
    sleeping: set[int]
    tried: list[int] = field(default_factory=list)


def orders(make: Callable[[], Sequence[Actor]]) -> Iterator[list[int]]:
    """Run the actors of ``make`` in every order that may differ; yield after each run who went when."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.inc_thread_sharing()
    try:
        way: list[_Choice] = []
        while True:
            if _run(make(), way):
                yield [choice.chosen for choice in way]
            if not _turn(way):
                return
    finally:
        connection.dec_thread_sharing()


def _run(actors: Sequence[Actor], way: list[_Choice]) -> bool:
    """Follow ``way`` and then go on; say whether this order had not been run before."""
    threads = [_Thread(actor) for actor in actors]
    for thread in threads:
        thread.start()
        thread.go()  # Up to the first pause nothing is shared.
    sleeping, depth = set[int](), 0
    while alive := [n for n, thread in enumerate(threads) if thread.next is not None]:
        if depth == len(way):
            awake = [n for n in alive if n not in sleeping]
            if not awake:
                _abandon([threads[n] for n in alive])
                return False
            way.append(_Choice(alive, awake[0], sleeping))
        choice = way[depth]
        depth += 1
        does = threads[choice.chosen].next
        asleep = choice.sleeping | set(choice.tried)
        sleeping = {n for n in asleep & set(alive) if not threads[n].next.minds(does)}
        threads[choice.chosen].go()
    return True


def _abandon(threads: Sequence[_Thread]) -> None:
    for thread in threads:
        thread.is_abandoned = True
        thread.go()


def _turn(way: list[_Choice]) -> bool:
    """Turn to the next order not yet run, from the end backwards; say whether there is one."""
    while way:
        last = way[-1]
        last.tried.append(last.chosen)
        left = [n for n in last.alive if n not in last.sleeping and n not in last.tried]
        if left:
            last.chosen = left[0]
            return True
        way.pop()
    return False
