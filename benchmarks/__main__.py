"""``python -m benchmarks PROFILE``: what is measured in one process, beside the stores of the profile."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .report import Row

SIZES = {"quick": (100, 10_000), "full": (100, 10_000, 1_000_000)}
Part = Callable[[], "Iterator[Row]"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("profile", choices=["kitten", "big_cat", "cheetah", "tiger"])
    parser.add_argument("--full", action="store_true", help="up to a million posts; half an hour")
    parser.add_argument("--graph", type=Path, metavar="FILE", help="an edge list; else one of its shape is generated")
    parser.add_argument("--only", metavar="PART", help="measure this part alone")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = f"benchmarks.settings.{options.profile}"
    import django
    from django.apps import apps

    django.setup()
    from django.core.management import call_command

    from . import report, show

    call_command("migrate", verbosity=0)
    if apps.is_installed("django_cassandra_engine"):
        call_command("sync_cassandra", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    parts = _PARTS[options.profile](options)
    for name, part in parts.items():
        if options.only in (None, name):
            rows = list(show.live(part(), title=f"{options.profile}, {name}"))
            print(report.keep(options.profile, name, rows))
    return 0


def _in_database(options: argparse.Namespace) -> dict[str, Part]:
    """Return how a feed grows with posts and followees, with its timelines in the database."""
    from . import peers, reading, society, writing

    size = "full" if options.full else "quick"

    def rows() -> "Iterator[Row]":
        yield from writing.replaying(follows=2_000, posts=2_000)  # First: the rows below are in no journal.
        crowd = society.people()
        peer = peers.ActivityStream(crowd) if options.profile == "kitten" else None
        yield from reading.growth(crowd, SIZES[size], then=lambda n: peer.rows(n) if peer and n >= 10_000 else iter(()))
        yield from reading.pages(crowd.readers[1_000])
        yield from writing.appends(*crowd.authors[:2])

    return {size: rows}


def _in_redis(options: argparse.Namespace) -> dict[str, Part]:
    """Return what is measured where timelines are in Redis, on the network; it is loaded once, when a part needs it."""
    from functools import cache

    from django.utils.timezone import now

    from . import crowds, fronting, losing, network, pushing, reading, writing

    crowd = cache(lambda: network.load(options.graph, now=now()))

    def shared_pages() -> "Iterator[Row]":
        crowd()  # The page must show something.
        yield from fronting.rows()

    return {
        "pages": lambda: reading.pages(crowd().reader()),
        "posts": lambda: writing.posts(crowd().reader().pk, options.profile),
        "fan-out": pushing.rows,
        "shared pages": shared_pages,
        "rebuild": lambda: losing.rows(crowd()),
        "many followers": lambda: crowds.rows(crowd()),
    }


def _in_clusters(options: argparse.Namespace) -> dict[str, Part]:
    """Return the same where Redis is a cluster, and what the journal on Cassandra costs."""
    from . import journaling, writing

    return {
        "journal": journaling.rows,
        "replay": lambda: writing.replaying(follows=2_000, posts=2_000),  # before the rows that are in no journal
        **_in_redis(options),
    }


_PARTS = {"kitten": _in_database, "big_cat": _in_database, "cheetah": _in_redis, "tiger": _in_clusters}

if __name__ == "__main__":
    sys.exit(main())
