"""``manage.py project_pending``: carry out now what the sweeper would."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.core import ids
from apps.journal import sweeper


class Command(BaseCommand):
    help = "Repeat every stage of every activity that is not marked as done, and raise the watermark."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="compare the whole journal, not only above the watermark"
        )

        parser.add_argument(
            "--failed", action="store_true", help="also what was set aside after failing too often, anywhere"
        )

    def handle(self, *, all: bool, failed: bool, **_: Any) -> None:
        since = ids.EPOCH if all or failed else None
        swept = sweeper.sweep(now=timezone.now(), patience=timedelta(0), since=since, failed_too=failed)
        self.stdout.write(f"{swept.missing} stages were pending and have been tried; {swept.set_aside} are set aside.")
