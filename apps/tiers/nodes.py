"""What the tier is made of, as values: nodes that are alive or dead, and the parts that they form."""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where a part stands, in the order of a request's way."""

    PROXY = "proxy"
    CACHE = "cache"
    WEB = "web"
    QUEUE = "queue"
    WORKER = "worker"
    STORE = "store"


class State(StrEnum):
    WELL = "answers"
    DEAD = "does not answer"
    UNKNOWN = "not asked"


@dataclass(frozen=True)
class Node:
    """One server or process of a part. Times in seconds, memory in bytes, shares between 0 and 1; None: not known."""

    name: str
    state: State = State.WELL
    note: str = ""
    role: str = ""
    latency: float | None = None
    per_second: float | None = None
    p99: float | None = None
    memory: int | None = None
    memory_limit: int | None = None
    hits: float | None = None
    load: float | None = None
    waiting: int | None = None

    @property
    def fullness(self) -> float | None:
        """Return how much of its memory is used."""
        return self.memory / self.memory_limit if self.memory is not None and self.memory_limit else None


@dataclass(frozen=True)
class Part:
    """One part of the architecture: ``serves`` is what it is for, ``nodes`` what it runs on.

    ``spare`` of them may be away and it goes on; None: all but one.
    """

    key: str
    place: Place
    title: str
    serves: tuple[str, ...]
    nodes: tuple[Node, ...]
    spare: int | None = None
    gives_first: bool = False

    @property
    def dead(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.state is State.DEAD)

    @property
    def state(self) -> State:
        """Return ``DEAD`` where no node answers, or too few do for the part to go on."""
        states = {node.state for node in self.nodes}
        if self.spare is not None and len(self.dead) > self.spare:
            return State.DEAD
        return next((state for state in (State.WELL, State.UNKNOWN) if state in states), State.DEAD)

    @property
    def is_whole(self) -> bool:
        return not self.dead and bool(self.nodes)
