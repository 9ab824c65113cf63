"""``manage.py restore FILE …``: an empty site becomes the one that was backed up."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.core.errors import Refused
from apps.tiers.backup import reading
from apps.tiers.progress import counting


class Command(BaseCommand):
    help = "Restore a back-up into an empty site. Serve nobody meanwhile: what was narrowed later is read later, too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", help="a back-up, and later ones of --tombstones-only")
        parser.add_argument("--again", action="store_true", help="go on with a restore of the same files that stopped")

    def handle(self, *, files: list[Path], again: bool, **_: Any) -> None:
        if not (again or reading.is_empty()):
            raise CommandError(
                "There are people or activities here already. Restore into an empty database; if this is a restore that"
                " stopped, go on with --again."
            )
        try:
            found = reading.verify(files)
            with counting() as count:
                reading.restore(files, found, now=timezone.now(), progress=count)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(
            f"{found.lines['activity']} activities and {found.lines['row']} rows of accounts read,"
            f" {len(found.tombstones)} tombstones. `manage.py replay --verify && manage.py check_timelines` compares."
        )
