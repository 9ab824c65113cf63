"""``python -m benchmarks [--quick|--full]``: every row on SQLite and on MongoDB, each in a process of its own."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator

DATABASES = ("sqlite", "mongodb")
SIZES = {"quick": (100, 10_000), "full": (100, 10_000, 1_000_000)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="size", action="store_const", const="quick", default="quick")
    size.add_argument(
        "--full", dest="size", action="store_const", const="full", help="up to a million posts; half an hour"
    )
    parser.add_argument("--database", choices=DATABASES, help="only this one, in this process")
    options = parser.parse_args()
    if options.database:
        measure(options.database, options.size)
        return 0
    command = [sys.executable, "-m", "benchmarks", f"--{options.size}", "--database"]
    return max(subprocess.run([*command, database], check=False).returncode for database in DATABASES)


def measure(database: str, size: str) -> None:
    """Fill a store of the run's own, measure, print the rows and keep them."""
    os.environ["DJANGO_SETTINGS_MODULE"] = f"benchmarks.settings.{database}"
    import django

    django.setup()
    from django.core.management import call_command

    from . import report, show

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    rows = list(show.live(_rows(database, size), title=f"{database}, {size}"))
    print(report.keep(database, size, rows))


def _rows(database: str, size: str) -> "Iterator[report.Row]":  # type: ignore[name-defined] # noqa: F821
    from . import peers, reading, society, writing

    yield from writing.replaying(follows=2_000, posts=2_000)  # First: the rows below are in no journal.
    crowd = society.people()
    peer = peers.ActivityStream(crowd) if database == "sqlite" else None
    yield from reading.growth(crowd, SIZES[size], then=lambda n: peer.rows(n) if peer and n >= 10_000 else iter(()))
    yield from reading.pages(crowd.readers[1_000])
    yield from writing.appends(*crowd.authors[:2])


if __name__ == "__main__":
    sys.exit(main())
