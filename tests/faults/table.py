"""The table of a fault run, as Markdown."""

import platform
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

from deploy.bin.tier.parts import cassandra
from tests.waiting import PATIENCE

from .checker import BROKEN, DOUBLED, LEAKED, LOST, ORDER, OUT
from .history import Outcome
from .rush import Row

_HEAD = (
    "what was done", "operations", "acknowledged", "unknown", "refused", "tried again", "lost", "doubled", "leaked",
    "logged out", "out of order", "broken", "p99 before", "p99 meanwhile", "others' rate", "works after",
    "all is there after", "bound",
)  # fmt: skip
_VERSIONS = (
    ("Redis", ["redis-server", "--version"]),
    ("Nginx", ["nginx", "-v"]),
    ("Varnish", ["varnishd", "-V"]),
)
_PACKAGES = ("django", "django-mongodb-backend", "pymongo", "redis", "celery", "gunicorn")


def lines(rows: Sequence[Row]) -> Iterator[str]:
    yield f"| {' | '.join(_HEAD)} |"
    yield "|" + " --- |" * len(_HEAD)
    for row in rows:
        yield f"| {' | '.join(map(str, _cells(row)))} |"
    total = [sum(int(_cells(row)[at]) for row in rows) for at in range(1, 12)]
    yield f"| **all** | {' | '.join(map(str, total))} | | | | | | |"


def _cells(row: Row) -> list[object]:
    answers = [row.answered[outcome] for outcome in (Outcome.OK, Outcome.UNKNOWN, Outcome.FAILED)]
    found = [row.count(kind) for kind in (LOST, DOUBLED, LEAKED, OUT, ORDER, BROKEN)]
    told = row.figures
    quick = ["–" if took is None else f"{took:.2f} s" for took in (told.p99_before, told.p99_meanwhile)]
    kept = "–" if told.kept is None else f"{told.kept:.0%}"
    times = [*quick, kept, f"{row.works_after:.1f} s", f"{row.there_after:.1f} s", f"{row.fault.bound:.0f} s"]
    ended = f" ({', '.join(row.restarted)} ended by itself and was started again)" if row.restarted else ""
    return [row.fault.done + ended, row.operations, *answers, row.retries, *found, *times]


def write(path: str, profile: str, rows: Sequence[Row]) -> None:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    head, _, rest = (
        file.read_text().partition("<!-- run -->") if file.exists() else (f"# Faults: {profile}\n\n", "", "")
    )
    _, _, tail = rest.partition("<!-- end -->")
    run = "\n".join([*_about(), "", *lines(rows)])
    file.write_text(f"{head}<!-- run -->\n{run}\n<!-- end -->{tail or chr(10)}")


def _about() -> Iterator[str]:
    cores = Path("/proc/cpuinfo").read_text().count("processor\t:")
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    yield f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores, {platform.system()} {platform.machine()}, Python"
    yield f"{platform.python_version()}, {', '.join(_servers())}, {packages}. Bounds × {PATIENCE:g}."


def _servers() -> Iterator[str]:
    if "cassandra" in settings.DATABASES:
        yield f"Cassandra {cassandra.HOME.name.rpartition('-')[2]}"
    for name, command in _VERSIONS:
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        said = (run.stdout or run.stderr).splitlines()[0]
        number = next(
            (word for word in said.replace("/", " ").replace("-", " ").replace("v=", "").split() if word[0].isdigit()),
            said,
        )
        yield f"{name} {number}"
