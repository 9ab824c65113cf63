"""What the page shows, ready for its template."""

from dataclasses import dataclass
from typing import Any

from apps.tiers.architecture import Look
from apps.tiers.nodes import Node, Part, Place, State

from . import tall, wide, words

LADDER = (
    ("kitten", "one process"),
    ("big_cat", "a cache in front"),
    ("cheetah", "no server remembers"),
    ("tiger", "no single server left"),
    ("lion", "edges round the world"),
    ("gear_tiger", "storage without bound"),
)
_BADGES = {State.WELL: "good", State.DEAD: "bad", State.UNKNOWN: ""}


@dataclass(frozen=True)
class Row:
    """A node as the table shows it."""

    title: str
    name: str
    health: str
    badge: str
    speed: str
    time: str
    memory: str
    fullness: int | None
    note: str


@dataclass(frozen=True)
class Trouble:
    """Something that does not answer: its name, how it was found out, what that means."""

    name: str
    how: str
    meaning: str


def context(seen: Look) -> dict[str, Any]:
    """Return what the template needs."""
    dead = [(part, node) for part in seen.parts for node in part.dead]
    return {
        "seen": seen,
        "standing": words.title(seen),
        "intro": words.intro(seen),
        "description": words.description(seen),
        "is_well": not dead,
        "troubles": [Trouble(words.name_of(part, node), node.note, words.meaning(part)) for part, node in dead],
        "wide": wide.draw(seen.parts),
        "tall": tall.draw(seen.parts),
        "figures": figures(seen),
        "readers": "" if seen.at_place(Place.CACHE) else words.per_second(_requests(seen)),
        "rows": [row(part, node) for part in seen.parts for node in part.nodes],
        "first": next(iter(seen.bottlenecks), None),
        "first_part": next((part.title for part in seen.parts if part.gives_first and part.state is State.WELL), ""),
        "others": seen.bottlenecks[1:],
    }


def row(part: Part, node: Node) -> Row:
    gives = part.gives_first and node.state is State.WELL
    return Row(
        title=part.title,
        name=" · ".join(filter(None, (node.name, node.role))),
        health="gives first" if gives else node.state.value,
        badge="warn" if gives else _BADGES[node.state],
        speed=words.per_second(node.per_second),
        time=f"p99 {words.milliseconds(node.p99)}" if node.p99 is not None else words.milliseconds(node.latency),
        memory=words.memory(node),
        fullness=None if node.fullness is None else min(100, round(node.fullness * 100)),
        note=" · ".join(filter(None, (node.note, _waiting(node), _hits(node), _load(node)))),
    )


def _waiting(node: Node) -> str:
    return "" if node.waiting is None else f"{node.waiting:,} job{'' if node.waiting == 1 else 's'} waiting"


def _hits(node: Node) -> str:
    return "" if node.hits is None else f"cache hits {words.share(node.hits)}"


def _load(node: Node) -> str:
    return "" if node.load is None else f"processor {words.share(node.load)}"


@dataclass(frozen=True)
class Figure:
    """One large number: its name, value, unit, and a sentence below."""

    name: str
    value: str
    unit: str
    says: str


def figures(seen: Look) -> list[Figure]:
    """Return the numbers that say how the site is as a whole."""
    servers = [node for part in seen.at_place(Place.WEB) for node in part.nodes]
    rate = words.per_second(_requests(seen)).removesuffix("/s") or "–"
    slowest = max((node.p99 for node in servers if node.p99 is not None), default=None)
    found = [
        Figure("Requests", rate, "per second", "answered by the servers, this minute"),
        Figure(
            "Answer time",
            words.milliseconds(slowest).removesuffix(" ms") or "–",
            "ms, p99",
            "of the slowest server, this minute",
        ),
        _projection(seen),
    ]
    waiting = [node.waiting for part in seen.at_place(Place.QUEUE) for node in part.nodes if node.waiting is not None]
    return (
        [*found, Figure("Queue", f"{sum(waiting):,}", "waiting", "jobs that no worker has taken yet")]
        if waiting
        else found
    )


def _requests(seen: Look) -> float | None:
    """Return how many requests a second reach the servers; None where none is known."""
    nodes = [node for part in seen.at_place(Place.WEB) for node in part.nodes]
    rates = [node.per_second for node in nodes if node.per_second is not None]
    return sum(rates) if rates else None


def _projection(seen: Look) -> Figure:
    heard = seen.round
    if heard is None:
        return Figure("Left undone", "–", "not known", "nobody has swept, or what the sweeper said can’t be read")
    age, oldest = heard.age(seen.at).total_seconds(), heard.waiting_since()
    behind = f", oldest {(seen.at - oldest).total_seconds():,.0f} s" if oldest else ""
    aside = f"; {heard.set_aside:,} set aside" if heard.set_aside else ""
    return Figure("Left undone", f"{heard.pending:,}", f"activities{behind}", f"swept {age:,.0f} s ago{aside}")
