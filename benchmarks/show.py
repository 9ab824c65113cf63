"""Printing rows as they come: a large run takes long."""

from collections.abc import Iterable, Iterator

from rich.console import Console

from .report import Row


def live(rows: Iterable[Row], *, title: str) -> Iterator[Row]:
    """Print each row when it is measured, and pass it on."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{title}[/bold]")
    for row in rows:
        what, ours, floor, unit, ratio, goal, met = row.cells()
        beside = f"{ours} ÷ {floor} {unit} = {ratio}" if floor else f"{ours} {unit}"
        console.print(f"  {what}: {beside}" + (f", goal {goal}: {met}" if goal else ""))
        yield row
