"""``manage.py timelines``: where the site's timelines are; ``--switch`` moves them to what the settings say."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.timelines import epochs


class Command(BaseCommand):
    help = "Say in which epoch the site's timelines are, or begin a new one in the backend of these settings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--switch", action="store_true", help="from now on timelines are where TIMELINES says")

    def handle(self, *, switch: bool, **_: Any) -> None:
        name = settings.TIMELINES["BACKEND"]
        if not switch:
            epoch = epochs.current(now=timezone.now())
            here = f"epoch {epoch}" if epoch is not None else "elsewhere: `--switch` brings them here"
            self.stdout.write(f"{name}: {here}")
            return
        self.stdout.write(f"{name}: epoch {epochs.switch()}. Each timeline is built at its next read.")
