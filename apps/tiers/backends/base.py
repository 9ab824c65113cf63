"""What is asked, and how fast a counter rises between two looks."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from apps.tiers.nodes import Node

_BETWEEN = re.compile(r",(?=\w+://)")


@dataclass(frozen=True)
class Store:
    """A server, or a cluster by some of its nodes, that the settings name by one or several URLs with commas between.

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
    def name(self) -> str:
        return ", ".join(_place(url) or urlsplit(url).path.rpartition("/")[2] for url in self.urls)


def _place(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


Probe = Callable[..., Sequence[Node]]
"""``probe(store, timeout=seconds)``; it raises if nothing answers."""

_before: dict[tuple[str, str], tuple[float, float]] = {}


def rate(server: str, counter: str, total: float) -> float | None:
    """Return by how much ``total`` rose per second since this process looked last; None at the first look."""
    now, held = time.monotonic(), _before.get((server, counter))
    _before[server, counter] = now, total
    if held is None or now - held[0] < 0.2 or total < held[1]:
        return None
    return (total - held[1]) / (now - held[0])
