"""The rows of a run, and where they are kept."""

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import connection, connections

from apps.core.backends.cassandra import session_of
from apps.timelines.handler import timelines

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """``ours`` ÷ ``floor`` is the ratio; the goal says what it may be at most, or at least where more is better. Without a
    floor the goal is for ``ours``.
    """

    what: str
    ours: float
    floor: float | None
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.floor if self.floor else None

    @property
    def goal(self) -> str:
        if self.most is not None:
            return f"≤ {self.most:g}"
        return f"≥ {self.least:g}" if self.least is not None else ""

    @property
    def is_met(self) -> bool | None:
        if not self.goal:
            return None
        reached = self.ours if self.ratio is None else self.ratio
        return reached <= self.most if self.most is not None else reached >= (self.least or 0)

    def cells(self) -> list[str]:
        ratio = "" if self.ratio is None else f"{self.ratio:,.3g}"
        floor = "" if self.floor is None else f"{self.floor:,.4g}"
        met = {True: "met", False: "missed", None: ""}[self.is_met]
        return [self.what, f"{self.ours:,.4g}", floor, self.unit, ratio, self.goal, met]


HEADINGS = ["what", "ours", "floor", "unit", "ratio", "goal", ""]


def _commit() -> str:
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True)
    return asked.stdout.strip()


def _servers() -> dict[str, str]:
    """Return the versions of what is asked: the database, and Redis where there is one."""
    found = {"database": f"SQLite {sqlite3.sqlite_version}"}
    if connection.vendor == "mongodb":
        database: Any = connection
        found["database"] = f"MongoDB {database.database.command('buildInfo')['version']}"
    if nodes := getattr(timelines(), "nodes", None):
        found["redis"] = str(nodes.first.info("server")["redis_version"])
    if "cassandra" in connections:
        (told,) = session_of("cassandra").execute("SELECT release_version FROM system.local")
        found["cassandra"] = str(told["release_version"])
    return found


def machine() -> dict[str, str]:
    """Return what the figures hang on: the processor, and the versions of what ran."""
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ": unknown")
    packages = ("django", "django-mongodb-backend", "pymongo", "redis", "gunicorn", "django-activity-stream")
    return {
        "commit": _commit(),
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "cpu": f"{os.cpu_count()} × {model.split(':')[1].strip()}",
        "load": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        **_servers(),
        **{f"{name} (Python)" if name == "redis" else name: version(name) for name in packages},
    }


def known(profile: str, part: str, what: str) -> float | None:
    """Return what the last run on another profile came to, if it was on such a processor as this one's."""
    path = RESULTS / f"{profile}.json"
    run = json.loads(path.read_text()).get(part) if path.exists() else None
    if not run or run["machine"]["cpu"] != machine()["cpu"]:
        return None
    return next((float(row["ours"]) for row in run["rows"] if row["what"] == what), None)


def keep(profile: str, part: str, rows: list[Row]) -> Path:
    """Put a run's rows, with its machine and versions, in the place of those of its last run; return where."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{profile}.json"
    kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    raw = [asdict(row) | {"ratio": row.ratio, "met": row.is_met} for row in rows]
    kept[part] = {"machine": machine(), "rows": raw}
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    path.with_suffix(".md").write_text("\n".join(_page(profile, kept)))
    return path


def _page(profile: str, kept: dict[str, Any]) -> Iterator[str]:
    yield from (f"# {profile}", "")
    for part, run in kept.items():
        yield from (f"## {part}", "", ", ".join(f"{name} {value}" for name, value in run["machine"].items()), "")
        yield from (_line(HEADINGS), _line(["---"] * len(HEADINGS)))
        yield from (_line(_row_of(raw).cells()) for raw in run["rows"])
        yield ""


def _row_of(raw: dict[str, Any]) -> Row:
    return Row(**{field.name: raw[field.name] for field in fields(Row)})


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
