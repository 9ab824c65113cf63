"""``python -m benchmarks.rush PROFILE``: a crowd that grows step by step, and a server that dies in the middle.

The same script on every tier: people sign in, read and post, more of them with every step; at the beginning of the middle
step a server is killed, and whoever watches over it starts it again at once, as systemd would. Or the database dies, of
several the one that takes the writes, and is back a step later.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.bin.tier.parts import mongodb

from . import site

if TYPE_CHECKING:
    from .asks import Ask
    from .generator import Answer
    from .report import Row
    from .site import Site

STEPS, SECONDS, MIDDLE = (1, 2, 3, 4, 6, 8, 12), 8, 3
SIGNED_IN, SIGN_INS, POSTS = 100, 25, 5
"""So many are there when it begins, and of so many asks one is somebody new who signs in; each
has written so many posts at most."""
SERVER, DATABASE = "a server", "the database"
GOOD_SECONDS, MOSTLY = 2.0, 0.98
"""A step is carried when so many of its answers are right within so long."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.rush", description=__doc__)
    parser.add_argument("profile")
    parser.add_argument("--graph", type=Path, metavar="FILE", help="an edge list; else one of its shape is generated")
    parser.add_argument("--dies", choices=[SERVER, DATABASE], default=SERVER, help="what is killed")
    parser.add_argument("--rate", type=float, default=10, metavar="N", help="asks a second in the first step (10)")
    options = parser.parse_args()
    with site.running(
        options.profile, graph=options.graph, signed_in=SIGNED_IN, seed="rush", most_posts=POSTS
    ) as running:
        from . import report, show

        answers = asyncio.run(_play(running, list(script(running, options.rate)), options.dies))
        part = "rush" if options.dies == SERVER else f"rush, {options.dies} dies"
        rows = list(show.live(_rows(answers, options.rate, options.dies), title=f"{options.profile}, the {part}"))
        print(report.keep(options.profile, part, rows))
    return 0


def script(running: "Site", first: float) -> "Iterator[Ask]":
    """Yield everything that is asked, in order."""
    from .asks import SIGN_IN, Ask

    here, new = running.people[:SIGNED_IN], iter(running.people[SIGNED_IN:])
    for step, rate in enumerate(first * times for times in STEPS):
        asks = running.mix.asks(rate=rate, seconds=SECONDS, people=list(here), start=step * SECONDS)
        for number, ask in enumerate(asks):
            if number % SIGN_INS == SIGN_INS // 2 and (who := next(new, None)):
                yield Ask(ask.at, SIGN_IN, who, running.browsers.links[who], {})
                here.append(who)
            else:
                yield ask


async def _play(running: "Site", asks: "Sequence[Ask]", dies: str) -> "list[Answer]":
    async def let_one_die() -> None:
        await asyncio.sleep(MIDDLE * SECONDS)
        parts = running.tier.parts
        part = parts["web-1"] if dies == SERVER else await asyncio.to_thread(mongodb.primary_of, parts.values())
        assert part, "the database takes no writes"
        await asyncio.to_thread(part.kill)
        await asyncio.sleep(0 if dies == SERVER else SECONDS)
        await asyncio.to_thread(part.start)

    answers, _ = await asyncio.gather(running.browsers.play(asks), let_one_die())
    return answers


def _rows(answers: "Sequence[Answer]", first: float, dies: str) -> "Iterator[Row]":
    from .figures import quantile
    from .report import Row

    carried = {True: 0.0, False: 0.0}
    for step, rate in enumerate(first * times for times in STEPS):
        part = [a for a in answers if step * SECONDS <= a.ask.at < (step + 1) * SECONDS]
        good = sum(a.is_right and a.seconds <= GOOD_SECONDS for a in part) / len(part)
        if good >= MOSTLY:
            carried[step < MIDDLE] = rate
        when = f"step {step + 1}, {rate:g} a second" + (f", {dies} dies" if step == MIDDLE else "")
        yield Row(f"{when}: right within {GOOD_SECONDS:g} s", 100 * good, None, "%")
        yield Row(f"{when}: p99", quantile([a.seconds for a in part], 0.99), None, "ms")
        yield Row(f"{when}: without an answer, or refused", sum(a.is_known and not a.is_right for a in part), None, "")
    yield Row("rate carried before the death", carried[True], None, "a second")
    yield Row("rate carried after it", carried[False], None, "a second")
    yield Row("people logged out", len({a.ask.who for a in answers if not a.is_known}), None, "")
    yield Row("asks that failed, of all", sum(not a.is_right for a in answers), len(answers), "")


if __name__ == "__main__":
    sys.exit(main())
