"""``manage.py resync_tags``: make the index of tags anew from the posts, after a replay into an empty database."""

from typing import Any

from django.core.management.base import BaseCommand
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from apps.posts.stages import resync_all_tags


class Command(BaseCommand):
    help = "Make the index of tags say what the posts say. It may be repeated, and run on a live site."

    def handle(self, **_: Any) -> None:
        through = 0
        columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task("posts looked at", total=None)
            for through in resync_all_tags():
                bar.update(task, completed=through)
        self.stdout.write(f"{through} posts looked at.")
