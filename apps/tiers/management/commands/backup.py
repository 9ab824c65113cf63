"""``manage.py backup FILE``: everything that can't be made again, of a live site on any database, in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.tiers.backup import writing
from apps.tiers.progress import counting


class Command(BaseCommand):
    help = "Write the journal, its tombstones and the accounts to FILE. It holds private posts and password hashes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--tombstones-only",
            action="store_true",
            help="only who was erased: a small file to write often, so that an older back-up does not bring them back",
        )

    def handle(self, *, file: Path, tombstones_only: bool, **_: Any) -> None:
        try:
            with counting() as count:
                now = timezone.now()
                counted = writing.write(file, now=now, tombstones_only=tombstones_only, progress=count)
        except OSError as error:
            raise CommandError(f"{file} can't be written: {error.strerror}") from error
        self.stdout.write(
            f"{counted['activity']} activities, {counted['row']} rows of accounts, {counted['tombstone']} tombstones"
            f" in {file}, {file.stat().st_size:,} bytes."
        )
