"""``manage.py check_timelines``: hold every stored timeline against the oracle, or explain one entry."""

import random
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.progress import track

from apps.accounts.selectors import person_by_name
from apps.core.cursors import parse_id
from apps.core.errors import Refused
from apps.timelines import checking


class Command(BaseCommand):
    help = "Compare stored timelines with the query that they are a cache of; exit 1 if any differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sample", type=int, metavar="N", help="check only N timelines, chosen by chance")
        parser.add_argument("--build", action="store_true", help="first build one for everybody who has none")
        parser.add_argument(
            "--explain", nargs=2, metavar=("VIEWER", "POST"), help="say why a post is or isn't in a feed"
        )

    def handle(self, *, sample: int | None, build: bool, explain: list[str] | None, **_: Any) -> None:
        if explain:
            self._explain(*explain)
        else:
            self._check(sample, build=build)

    def _explain(self, viewer: str, post: str) -> None:
        try:
            post_id = parse_id(post, field="POST")
        except Refused as refused:
            raise CommandError(refused.message) from refused
        viewer_id = _person(viewer)
        if post_id is None:
            raise CommandError("POST is empty: give the id that stands in the post's address.")
        for line in checking.explain(viewer_id=viewer_id, post_id=post_id, now=timezone.now()):
            self.stdout.write(line)

    def _check(self, sample: int | None, *, build: bool) -> None:
        now = timezone.now()
        owners = sorted(set(checking.everybody() if build else checking.owners(now=now)))
        if sample is not None:
            if sample < 1:
                raise CommandError(f"--sample {sample} is not a number of timelines: give 1 or more.")
            owners = random.sample(owners, min(sample, len(owners)))
        for owner in track(owners, "built", transient=True) if build else ():
            checking.build(owner=owner, now=now)
        wrong = [
            found
            for owner in track(owners, "timelines", transient=True)
            if (found := checking.check(owner=owner, now=now))
        ]
        for found in wrong:
            self.stdout.write(f"  {found}")
        if wrong:
            raise CommandError(f"{len(wrong)} of {len(owners)} stored timelines differ from the oracle.")
        if not owners:
            self.stdout.write("No timeline is stored: they are built when people read. --build makes them now.")
            return
        self.stdout.write(f"{len(owners)} stored timelines, none differs from the oracle.")


def _person(name: str) -> UUID:
    found = person_by_name(name=name.removeprefix("@"))
    if found is None:
        try:
            found = parse_id(name, field="VIEWER")
        except Refused as refused:
            raise CommandError(f"VIEWER {name!r} is neither a person's name nor an id.") from refused
    if found is None:
        raise CommandError("VIEWER is empty: give a name or an id.")
    return found
