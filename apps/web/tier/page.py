"""What the page shows, ready for its template."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.core import metrics
from apps.tiers import history
from apps.tiers.architecture import Look
from apps.tiers.nodes import Node, Part, Place, State

from . import tall, wide, words
from .charts import LEAST, Chart, chart

LADDER = (
    ("kitten", "one process"),
    ("big_cat", "a cache in front"),
    ("cheetah", "no server remembers"),
    ("tiger", "no single server left"),
    ("lion", "edges round the world"),
    ("gear_tiger", "storage without bound"),
)
_LONGEST = metrics.STAGE_BUCKETS[-1]
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
    """That something does not answer, how it was found out, and what that means."""

    sentence: str
    how: str
    meaning: str


def trouble(part: Part) -> Trouble:
    how = " · ".join(dict.fromkeys(node.note for node in part.dead))
    return Trouble(words.lost(part), how, words.meaning(part))


def context(seen: Look) -> dict[str, Any]:
    """Return what the template needs."""
    return {
        "seen": seen,
        "standing": words.title(seen),
        "intro": words.intro(seen),
        "description": words.description(seen),
        "is_well": not seen.troubled,
        "troubles": [trouble(part) for part in seen.troubled],
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
    gives = part.gives_first and node.state is State.WELL and node.role != "secondary"
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
    """One large number: its name, value, unit, a sentence below, and how it was in the last hour."""

    name: str
    value: str
    unit: str
    says: str
    chart: Chart | None = None


def figures(seen: Look) -> list[Figure]:
    """Return the numbers that say how the site is as a whole."""
    return [_answers(seen), _times(seen), _visible(seen), _projection(seen)]


def _chart(seen: Look, name: str, measure: str, say: Callable[[float], str]) -> Chart | None:
    if len(seen.hour) < LEAST:
        return None
    return chart(name, history.column(seen.hour, measure), now=seen.at, say=say)


def _answers(seen: Look) -> Figure:
    rate = words.per_second(_requests(seen)).removesuffix("/s") or "–"
    drawn = _chart(seen, "Requests per second", "requests", words.per_second)
    return Figure("Requests", rate, "per second", "that reached the servers, this minute", drawn)


def _requests(seen: Look) -> float | None:
    """Return how many requests a second reach the servers; None where none is known."""
    nodes = [node for part in seen.at_place(Place.WEB) for node in part.nodes]
    rates = [node.per_second for node in nodes if node.per_second is not None]
    return sum(rates) if rates else None


def _times(seen: Look) -> Figure:
    nodes = [node for part in seen.at_place(Place.WEB) for node in part.nodes]
    slowest = max((node.p99 for node in nodes if node.p99 is not None), default=None)
    value = words.milliseconds(slowest).removesuffix(" ms") or "–"
    drawn = _chart(seen, "Answer time, 99th percentile", "p99", words.milliseconds)
    return Figure("Answer time", value, "ms, p99", "of the slowest server, this minute", drawn)


def _visible(seen: Look) -> Figure:
    last = next((one.visible for one in reversed(seen.hour) if one.visible is not None), None)
    drawn = _chart(seen, "Post to visible, 99th percentile", "visible", lambda seconds: f"{seconds:g} s")
    value, unit = (
        (f"{'≤' if last < _LONGEST else '≥'} {last:g}", "s, p99")
        if last is not None
        else ("–", "nothing was posted this hour")
    )
    return Figure("Post to visible", value, unit, "from acceptance until everybody has it", drawn)


def _projection(seen: Look) -> Figure:
    heard = seen.round
    if heard is None:
        return Figure("Left undone", "–", "not known", "nobody has swept, or what the sweeper said can’t be read")
    age, oldest = heard.age(seen.at).total_seconds(), heard.waiting_since()
    behind = f", oldest {(seen.at - oldest).total_seconds():,.0f} s" if oldest else ""
    aside = f"; {heard.set_aside:,} set aside" if heard.set_aside else ""
    drawn = _chart(seen, "Activities left undone", "pending", lambda number: f"{number:,.0f}")
    return Figure(
        "Left undone",
        f"{heard.pending:,}",
        f"activities{behind}",
        f"swept {age:,.0f} s ago{aside}{_queued(seen)}",
        drawn,
    )


def _queued(seen: Look) -> str:
    waiting = [node.waiting for part in seen.at_place(Place.QUEUE) for node in part.nodes if node.waiting is not None]
    return f"; {sum(waiting):,} in the queue" if waiting else ""
