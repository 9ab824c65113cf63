"""``manage.py demo``: fill an empty site with people and posts, to look at and to try things with."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.tiers.demo.graph import Crowd, edges_of
from apps.tiers.demo.loading import load
from apps.tiers.demo.society import Society


class Command(BaseCommand):
    help = "Make a little society of 60 people and 600 posts, or load the people of an edge list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are people already")
        parser.add_argument(
            "--graph", type=Path, metavar="FILE", help="an edge list: two numbers a line follow each other"
        )
        parser.add_argument("--posts", type=int, default=1000, metavar="N", help="with --graph: so many posts (1000)")

    def handle(self, *, if_empty: bool, graph: Path | None, posts: int, **_: Any) -> None:
        if settings.SITE_URL.startswith("https://"):
            raise CommandError(f"SITE_URL is {settings.SITE_URL}: a public site gets no demo people.")
        if if_empty and User.objects.exists():
            return
        now = timezone.now()
        try:
            made = Crowd(edges_of(graph), posts=posts, now=now).build() if graph else Society(now).build()
        except Refused as refused:
            raise CommandError(refused.message) from refused
        taken = {user.username_key for user in made.users}
        if User.objects.filter(username_key__in=list(taken)[:500]).exists():
            raise CommandError("The demo's people are here already. Empty the database first to load them anew.")
        self._load(made, now)

    def _load(self, made: Any, now: Any) -> None:
        total = len(made.book.activities)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task(f"0 of {total} activities", total=None)

            def say(what: str, done: int) -> None:
                bar.update(task, description=f"{done} of {total} activities" if what == "activities" else "counting")

            load(made.book, made.users, now=now, progress=say)
        self.stdout.write(f"{len(made.users)} people, {total} activities.")
