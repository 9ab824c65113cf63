"""The rows of a run, and where they are kept."""

import json
import os
import platform
import sqlite3
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import connection

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """``ours`` ÷ ``floor`` is the ratio; the goal says what it may be at most, or at least where more is better."""

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
        if self.ratio is None or not self.goal:
            return None
        return self.ratio <= self.most if self.most is not None else self.ratio >= (self.least or 0)

    def cells(self) -> list[str]:
        ratio = "" if self.ratio is None else f"{self.ratio:,.3g}"
        floor = "" if self.floor is None else f"{self.floor:,.4g}"
        met = {True: "met", False: "missed", None: ""}[self.is_met]
        return [self.what, f"{self.ours:,.4g}", floor, self.unit, ratio, self.goal, met]


HEADINGS = ["what", "ours", "floor", "unit", "ratio", "goal", ""]


def _commit() -> str:
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True)
    return asked.stdout.strip()


def _database() -> str:
    if connection.vendor != "mongodb":
        return f"SQLite {sqlite3.sqlite_version}"
    database: Any = connection
    return f"MongoDB {database.database.command('buildInfo')['version']}"


def machine() -> dict[str, str]:
    """Return what the figures hang on: the processor, and the versions of what ran."""
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ": unknown")
    packages = ("django", "django-mongodb-backend", "pymongo", "django-activity-stream")
    return {
        "commit": _commit(),
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "cpu": f"{os.cpu_count()} × {model.split(':')[1].strip()}",
        "python": platform.python_version(),
        "database": _database(),
        **{name: version(name) for name in packages},
    }


def keep(database: str, size: str, rows: list[Row]) -> Path:
    """Write a run's rows beside its machine and versions; return where."""
    about = machine()
    lines = [f"# {database}, {size}", "", ", ".join(f"{k} {v}" for k, v in about.items()), ""]
    lines += [_line(HEADINGS), _line(["---"] * len(HEADINGS)), *(_line(row.cells()) for row in rows), ""]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{database}-{size}.md").write_text("\n".join(lines))
    raw = {"machine": about, "rows": [asdict(row) | {"ratio": row.ratio, "met": row.is_met} for row in rows]}
    path = RESULTS / f"{database}-{size}.json"
    path.write_text(json.dumps(raw, indent=1, ensure_ascii=False) + "\n")
    return path


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
