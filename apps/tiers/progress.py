"""A line that says how far a long command is, on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def counting() -> Iterator[Callable[[str, int], None]]:
    """Return a function to call with what is done and how many of it there are by now."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("", total=None)

        def count(what: str, through: int) -> None:
            if through % 100 == 0:
                bar.update(task, description=f"{what}: {through:,}")

        yield count
