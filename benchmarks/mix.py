"""``python -m benchmarks.mix PROFILE``: DeathStarBench's mix on the whole tier, through its front."""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import site

if TYPE_CHECKING:
    from .report import Row
    from .site import Site

SECONDS = 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.mix", description=__doc__)
    parser.add_argument("profile")
    parser.add_argument("--graph", type=Path, metavar="FILE", help="an edge list; else one of its shape is generated")
    parser.add_argument("--rates", type=int, nargs="+", default=[20, 40], metavar="N", help="asks a second (20 40)")
    options = parser.parse_args()
    with site.running(options.profile, graph=options.graph, signed_in=None, seed="mix") as running:
        from . import report, show

        graph = options.graph.name if options.graph else "a generated graph"
        rows = list(show.live(measured(running, options.rates), title=f"{options.profile}, the mix, {graph}"))
        print(report.keep(options.profile, "mix", rows))
    return 0


def measured(running: "Site", rates: "Sequence[int]") -> "Iterator[Row]":
    """Warm everybody's timeline up, then play the mix at each rate."""
    from .asks import HOME, Ask

    asyncio.run(running.browsers.in_turn([Ask(0, HOME, who, "/") for who in running.people]))
    for rate in rates:
        yield from _at(running, rate)


def _at(running: "Site", rate: int) -> "Iterator[Row]":
    from .asks import KINDS
    from .figures import cpu_by_side, quantile
    from .report import Row, known

    asks = list(running.mix.asks(rate=rate, seconds=SECONDS, people=running.people))
    before = cpu_by_side(running.tier)
    answers = asyncio.run(running.browsers.play(asks))
    used = {side: seconds - before[side] for side, seconds in cpu_by_side(running.tier).items()}
    wrong = sum(not answer.is_right for answer in answers)
    for kind in KINDS:
        took = [answer.seconds for answer in answers if answer.ask.kind == kind]
        for name, part in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
            yield Row(f"{kind}, {name} at {rate} a second", quantile(took, part), None, "ms")
    for side, seconds in used.items():
        yield Row(f"CPU of the {side}, a request, at {rate} a second", seconds / len(asks) * 1e6, None, "µs")
    what, cost = f"CPU of all, a request, at {rate} a second", sum(used.values()) / len(asks) * 1e6
    yield Row(what, cost, None, "µs")
    for other in ("kitten", "cheetah"):
        if other != running.tier.site.profile and (theirs := known(other, "mix", what)):
            yield Row(f"{what} ÷ {other}'s", cost, theirs, "µs")
    yield Row(f"wrong answers, of {len(asks)} at {rate} a second", wrong, None, "")


if __name__ == "__main__":
    sys.exit(main())
