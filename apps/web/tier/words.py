"""What is said of a tier's parts: numbers as people read them, and what it means when something is away."""

from collections.abc import Iterator, Sequence

from django.utils.text import get_text_list

from apps.tiers.architecture import Look
from apps.tiers.nodes import Node, Part, Place, State

_MEANING = {
    "posts · journal": "Pages that are not in a cache can’t be shown, and nothing can be posted, until it is back.",
    "posts": "Pages that are not in a cache can’t be shown until it is back. Plain posts are taken; all else has to wait.",
    "sessions": "People who are logged in are asked to wait; nobody is logged out. Strangers read on.",
    "timelines": "Feeds are asked of the database meanwhile, more slowly. Nothing is lost.",
    "jobs, in": "Posts reach their author at once, and others when it is back: the sweeper finds what was left.",
    "fan-out": "Posts reach their author at once, and nobody else until a worker runs.",
    "journal": "Nothing can be posted until it is back. Reading goes on.",
    "shared pages": "Strangers’ pages are made by the servers. A lost purge heals in ten seconds, or seventy where nobody asks.",
}
"""What it means that a part is away, by what it serves; the first that fits."""


def listed(things: Sequence[str]) -> str:
    """Return things as a sentence lists them."""
    return get_text_list(list(things), "and")


def milliseconds(seconds: float | None) -> str:
    """Return a time as people read it; nothing for an unknown one."""
    if seconds is None:
        return ""
    thousandths = seconds * 1000
    return f"{thousandths:,.0f} ms" if thousandths >= 10 else f"{thousandths:.1f} ms"


def share(part: float | None) -> str:
    return "" if part is None else f"{part * 100:.0f} %"


def per_second(rate: float | None) -> str:
    return "" if rate is None else f"{rate:,.0f}/s" if rate >= 10 or not rate else f"{rate:.1f}/s"


def size(octets: int | None) -> str:
    if octets is None:
        return ""
    return (
        f"{octets / 1e9:.1f} GB"
        if octets >= 1e9
        else f"{octets / 1e6:,.0f} MB"
        if octets >= 1e7
        else f"{octets / 1e6:.1f} MB"
    )


def memory(node: Node) -> str:
    """Return how much memory a node takes, of how much it may."""
    if node.memory is None:
        return ""
    return f"{size(node.memory)} of {size(node.memory_limit)}" if node.memory_limit else size(node.memory)


def box_lines(part: Part, nodes: Sequence[Node]) -> Iterator[str]:
    """Yield what stands in a box below its title: what it is for, how it is, and whether it gives first."""
    if (
        part.place in (Place.STORE, Place.PROXY, Place.CACHE)
        or part.gives_first
        or (part.place is Place.WORKER and len(nodes) == len(part.nodes))
    ):
        yield listed(part.serves)
    if len(nodes) == 1:
        yield from _facts(nodes[0])
    else:
        yield from _together(nodes)
    if part.gives_first and part.state is State.WELL:
        yield "gives first"


def _together(nodes: Sequence[Node]) -> Iterator[str]:
    """Yield how many of the nodes of a cluster answer, and how many jobs wait there."""
    alive = sum(node.state is State.WELL for node in nodes)
    waiting = next((f"{node.waiting} waiting" for node in nodes if node.waiting is not None), "")
    yield " · ".join(filter(None, (f"{alive} of {len(nodes)} answer", waiting)))


def in_short(node: Node) -> str:
    """Return how a node of many is: down, or after how many milliseconds it answered."""
    if node.state is State.DEAD:
        return "down"
    return milliseconds(node.latency).removesuffix(" ms")


def _facts(node: Node) -> Iterator[str]:
    if node.state is State.DEAD:
        yield "does not answer"
    facts = [
        f"{node.waiting} waiting" if node.waiting is not None else "",
        node.note if node.state is not State.DEAD else "",
        per_second(node.per_second),
        f"p99 {milliseconds(node.p99)}" if node.p99 is not None else milliseconds(node.latency),
        f"hits {share(node.hits)}" if node.hits is not None else "",
        memory(node),
    ]
    if any(facts):
        yield " · ".join(filter(None, facts))


def title(seen: Look) -> str:
    """Return how the tier stands, for the top of the page."""
    number = sum(len(part.nodes) for part in seen.parts)
    dead = sum(len(part.dead) for part in seen.parts)
    if not dead:
        return f"All {number} parts answer"
    return f"{dead} of {number} parts {'does' if dead == 1 else 'do'} not answer"


def intro(seen: Look) -> str:
    """Return in two sentences what kind of architecture this is."""
    (web,) = seen.at_place(Place.WEB)
    servers = sum(node.state is State.WELL for node in web.nodes)
    if "sessions" in web.serves:
        first = f"One server that keeps {listed(web.serves)} in its memory: quick and simple, but there can be no second one."
    else:
        first = (
            f"{_count(servers, 'server')}, {'which remembers nothing' if servers == 1 else 'none of which remembers anything'}:"
            " any can answer any request, and losing one loses nothing."
        )
    return f"{first} Kept elsewhere: {'; '.join(_kept(seen.at_place(Place.STORE)))}."


def _kept(stores: Sequence[Part]) -> Iterator[str]:
    titles = [part.title for part in stores]
    for number, part in enumerate(stores):
        again = part.title in titles[:number]
        yield f"{listed(part.serves)} in {'another ' if again else ''}{part.title}"


_NUMBERS = ("Any number of", "One", "Two", "Three", "Four", "Five", "Six")


def _count(number: int, thing: str) -> str:
    return f"{_NUMBERS[number] if number < len(_NUMBERS) else f'{number:,}'} {thing}{'' if number == 1 else 's'}"


def description(seen: Look) -> str:
    """Return what the drawing shows, in words."""
    front = [part.title for part in seen.at_place(Place.PROXY, Place.CACHE)]
    way = f"Readers reach {', then '.join([*front, _of(seen, Place.WEB)])}."
    stores = f" Below lie {listed([f'{part.title} for {listed(part.serves)}' for part in seen.at_place(Place.STORE)])}."
    queue = seen.at_place(Place.QUEUE)
    jobs = f" Slow work goes through a queue to {_of(seen, Place.WORKER)}." if queue else ""
    first = "".join(f" {part.title} gives first." for part in seen.parts if part.gives_first)
    dead = "".join(f" {part.title}: {node.name} does not answer." for part in seen.parts for node in part.dead)
    return way + stores + jobs + first + dead


def _of(seen: Look, place: Place) -> str:
    (part,) = seen.at_place(place)
    number = len(part.nodes)
    return part.title if number == 1 else f"{number} × {part.title}"


def meaning(part: Part) -> str:
    """Return what it means for people that something of ``part`` is away."""
    if part.state is State.WELL:
        return "The rest of it goes on."
    served = " · ".join(part.serves)
    return next((said for serves, said in _MEANING.items() if serves in served), "")


def lost(part: Part) -> str:
    """Return a sentence about what of a part is away."""
    if part.place is Place.WORKER and part.dead[0].name == "none":
        return "No worker answers."
    names = listed([node.name for node in part.dead])
    return f"{part.title} ({names}) {'does' if len(part.dead) == 1 else 'do'} not answer."
