"""``manage.py project_pending``: carry out now what the sweeper would."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.core import ids
from apps.journal import sweeper


class Command(BaseCommand):
    help = "Do now what the sweeper would: repeat every stage of an activity that is not marked as done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all",
            action="store_true",
            help="go through the whole journal, not only above the watermark; of what is so old that its marks are gone"
            " (a day, on Cassandra a week), every stage is repeated",
        )
        parser.add_argument("--failed", action="store_true", help="also what was set aside after failing too often")

    def handle(self, *, all: bool, failed: bool, **_: Any) -> None:
        now = timezone.now()
        tried = sweeper.take_up(now=now) if failed else 0
        swept = sweeper.sweep(now=now, patience=timedelta(0), since=ids.EPOCH if all else None)
        tried += swept.missing
        self.stdout.write(f"{tried} stages were pending and have been tried; {swept.set_aside} are set aside.")
