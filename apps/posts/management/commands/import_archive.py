"""``manage.py import_archive USER FILE``: take the posts of an archive, such as Mastodon exports."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from apps.accounts.selectors import person_by_name
from apps.core.errors import Refused
from apps.graph import counters
from apps.posts.archive import items_of
from apps.posts.importing import Imported, import_items


class Command(BaseCommand):
    help = "Take posts from the outbox.json of an archive. It may be stopped and repeated: nothing comes twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="USER", help="the name of whoever wrote them")
        parser.add_argument("file", type=Path, metavar="FILE", help="the archive's outbox.json")

    def handle(self, *, user: str, file: Path, **_: Any) -> None:
        owner_id = person_by_name(name=user.removeprefix("@"))
        if owner_id is None:
            raise CommandError(f"There is nobody called {user!r}. Sign up first, or look at the spelling.")
        try:
            self._report(self._import(owner_id, file))
        except Refused as refused:
            raise CommandError(refused.message) from refused

    def _import(self, owner_id: Any, file: Path) -> Imported:
        items = items_of(file)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task("posts", total=len(items))
            outcome = import_items(
                owner_id=owner_id,
                items=items,
                now=timezone.now(),
                progress=lambda done: bar.update(task, completed=done),
            )
            while counters.recount_pending():
                bar.update(task, description="counting")
        return outcome

    def _report(self, outcome: Imported) -> None:
        for item in outcome.left_out:
            self.stdout.write(f"left out: {item.source}: {item.reason}")
        self.stdout.write(
            f"{outcome.taken} taken, {outcome.repeated} were here already, {len(outcome.left_out)} left out."
        )
