"""What is asked, how a cluster is asked member by member, and how fast a counter rises between two looks."""

import re
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from apps.tiers.nodes import Node, State
from apps.tiers.probing import NoAnswer, side_by_side

_BETWEEN = re.compile(r"[,;](?=\w+://)")


@dataclass(frozen=True)
class Store:
    """A server, or a cluster by some of its nodes, that the settings name by one or several URLs, ``,`` or ``;`` between.

    A URL may hold a password: show ``name``. ``alias`` is the database's.
    """

    url: str
    serves: str
    alias: str = "default"

    @property
    def urls(self) -> list[str]:
        return _BETWEEN.split(self.url)

    @property
    def scheme(self) -> str:
        return self.url.partition(":")[0].partition("+")[0]

    @property
    def server(self) -> str:
        """Return what tells servers apart: scheme and place, without credentials, database or options."""
        return f"{self.scheme}://{','.join(_place(url) or urlsplit(url).path for url in self.urls)}"

    @property
    def members(self) -> list[str]:
        """Return the servers that are named, each as its host and port, or as its file."""
        places = [_place(url) or urlsplit(url).path.rpartition("/")[2] for url in self.urls]
        return [name for place in places for name in place.split(",")]

    @property
    def name(self) -> str:
        return ", ".join(self.members)

    def at(self, member: str) -> str:
        """Return the URL of another member of the same cluster: credentials and options are those of the first."""
        first = urlsplit(self.urls[0])
        credentials, at, _ = first.netloc.rpartition("@")
        return first._replace(netloc=f"{credentials}{at}{member}").geturl()


def _place(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


Probe = Callable[..., Sequence[Node]]
"""``probe(store, timeout=seconds)``; it raises if nothing answers."""


@dataclass(frozen=True)
class Answer:
    """What one member said: how it is, who its cluster consists of, and when what it holds was last written to."""

    node: Node
    members: Collection[str] = ()
    written: datetime | None = None


_members: dict[str, list[str]] = {}
"""Who a cluster consists of, as its members said at the last look: the settings name some of them only."""


def ask_each(
    store: Store, ask: Callable[[str], Answer], *, timeout: float, members: Iterable[str] = ()
) -> list[Answer]:
    """Ask every member by its name, all at once; who does not answer within ``timeout`` seconds is dead.

    ``members`` are known beforehand, or those that were met at the last look, or those that the settings name. Whom these
    name besides is asked after them, for as long: it takes up to twice ``timeout`` when somebody new is met.
    """
    said = _round(store, ask, sorted(members) or _members.get(store.server) or store.members, timeout)
    met = {member for answer in said.values() for member in answer.members}
    if met:
        _members[store.server] = sorted(met)
        said |= _round(store, ask, met.difference(said), timeout)
    return [said[name] for name in sorted(said)]


def _round(store: Store, ask: Callable[[str], Answer], names: Iterable[str], seconds: float) -> dict[str, Answer]:
    calls = {name: f"{store.server} {store.serves} {name}" for name in names}
    said = side_by_side({call: partial(ask, name) for name, call in calls.items()}, seconds=seconds)
    return {name: _known(name, said[call]) for name, call in calls.items()}


def _known(name: str, said: Answer | NoAnswer) -> Answer:
    return Answer(Node(name, State.DEAD, note=str(said))) if isinstance(said, NoAnswer) else said


_before: dict[tuple[str, str], tuple[float, float]] = {}


def rate(server: str, counter: str, total: float) -> float | None:
    """Return by how much ``total`` rose per second since this process looked last; None at the first look."""
    now, held = time.monotonic(), _before.get((server, counter))
    _before[server, counter] = now, total
    if held is None or now - held[0] < 0.2 or total < held[1]:
        return None
    return (total - held[1]) / (now - held[0])
