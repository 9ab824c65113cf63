"""The architecture that is running, made from the settings, and how each part of it is right now.

What the settings name is asked, each behind its own deadline; which servers and workers there are, those say themselves.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings

from apps.journal import heartbeat

from . import history, presence, processes, scaling, stores
from .backends.base import Store
from .nodes import Node, Part, Place, State
from .probing import NoAnswer, side_by_side


@dataclass(frozen=True)
class Look:
    """What was seen at a moment: every part, the sweeper's last round, what gives first, and the hour before."""

    at: datetime
    parts: tuple[Part, ...]
    round: heartbeat.Round | None
    bottlenecks: tuple[scaling.Bottleneck, ...]
    hour: tuple[history.Sample, ...] = ()

    def at_place(self, *places: Place) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.place in places)

    @property
    def troubled(self) -> tuple[Part, ...]:
        """Return the parts of which something does not answer."""
        return tuple(part for part in self.parts if not part.is_whole)


def look(*, now: datetime, forwarded: bool) -> Look:
    """Ask every part how it is, side by side. ``forwarded``: this very request came through a proxy that is trusted."""
    grouped: dict[tuple[Place, str], list[Store]] = {}
    for place, store in stores.named():
        grouped.setdefault((place, store.server), []).append(store)
    calls = {
        f"{place}:{server}": partial(stores.ask, place, found[0], within=settings.PROBE_SECONDS)
        for (place, server), found in grouped.items()
    }
    asked: dict[str, Callable[[], Any]] = {
        **calls,
        "presence": presence.present,
        "sweeper": heartbeat.last,
        "hour": partial(history.samples, now=now),
    }
    # A cluster's nodes are asked, then those that only they name.
    said: dict[str, Any] = side_by_side(asked, seconds=2 * settings.PROBE_SECONDS)
    words, heard, hour = said.pop("presence"), said.pop("sweeper"), said.pop("hour")
    parts = [
        *processes.proxy(forwarded),
        *(_part(place, found, said[f"{place}:{server}"]) for (place, server), found in grouped.items()),
        *processes.parts(() if isinstance(words, NoAnswer) else words, now, unheard=isinstance(words, NoAnswer)),
    ]
    named = tuple(scaling.named())
    marked = _mark_first(_one_cache(parts), named)
    hour = () if isinstance(hour, NoAnswer) else tuple(hour)
    in_order = sorted(marked, key=lambda part: list(Place).index(part.place))
    return Look(now, tuple(in_order), None if isinstance(heard, NoAnswer) else heard, named, hour)


def _part(place: Place, found: list[Store], said: Sequence[Node] | NoAnswer) -> Part:
    store = found[0]
    none = [Node(name, State.DEAD, note=str(said)) for name in store.members]
    nodes = tuple(none if isinstance(said, NoAnswer) else said)
    title = stores.TITLES.get(store.scheme, store.scheme.title())
    serves = tuple(dict.fromkeys(one.serves for one in found if one.serves))
    if place is Place.QUEUE:
        return Part(f"{place}:{store.server}", place, "Queue", (f"jobs, in {title}",), nodes)
    spare = stores.SPARE[store.scheme](len(nodes)) if store.scheme in stores.SPARE else None
    return Part(f"{place}:{store.server}", place, title, serves, nodes, spare)


def _one_cache(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts with all caches in front as one: each holds the same."""
    caches: list[Part] = []
    for part in parts:
        if part.place is Place.CACHE:
            caches.append(part)
        else:
            yield part
    if caches:
        yield replace(caches[0], nodes=tuple(node for part in caches for node in part.nodes))


def _mark_first(parts: Iterable[Part], named: Sequence[scaling.Bottleneck]) -> Iterator[Part]:
    """Mark the part that gives first."""
    first = named[0].part if named else ""
    for part in parts:
        is_database = part.place is Place.STORE and "posts" in part.serves
        yield replace(part, gives_first=first == ("database" if is_database else part.place.value))


def counted(parts: Iterable[Part]) -> Mapping[State, int]:
    """Return how many nodes are in each state."""
    states = [node.state for part in parts for node in part.nodes]
    return {state: states.count(state) for state in State}
