"""The tests of a fault run that are no row of its table, as Markdown: what each shows, how often, and the figures it told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- tests -->", "<!-- end of tests -->"
_ELSEWHERE = ("test_rush.py", "test_checker.py")
"""The rows of the table; what checks the checker."""


@dataclass
class Shown:
    passed: int = 0
    failed: int = 0
    told: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        told = "; ".join(dict.fromkeys(self.told))
        return f"| {name} | {self.passed} | {self.failed} | {told} |"


def shown(reports: Iterable[Any]) -> dict[str, Shown]:
    """Return what each test function came to, by its name in words; its cases are counted together."""
    found: dict[str, Shown] = {}
    for report in reports:
        file, _, function = report.nodeid.partition("::")
        if report.skipped or (report.when != "call" and report.passed) or file.endswith(_ELSEWHERE):
            continue
        one = found.setdefault(_words(function), Shown())
        one.passed += report.passed
        one.failed += report.failed
        one.told += [f"{value} {name}" for name, value in report.user_properties]
    return found


def _words(function: str) -> str:
    return function.partition("[")[0].removeprefix("test_").replace("_", " ")


def write(path: str, found: dict[str, Shown]) -> None:
    """Put the lines into the file in place of those of the same names; the others stay."""
    file = Path(path)
    head, _, rest = (file.read_text() if file.exists() else "").partition(BEGIN)
    before, _, tail = rest.partition(END)
    lines = {line.split(" | ")[0].removeprefix("| "): line for line in before.splitlines()[3:] if line}
    lines |= {name: one.line(name) for name, one in found.items()}
    file.write_text("\n".join([head.rstrip() + "\n", BEGIN, *_head(), *lines.values(), END]) + (tail or "\n"))


def _head() -> Iterator[str]:
    yield "| what is shown | cases passed | failed | of which |"
    yield "| --- | --- | --- | --- |"
