"""``manage.py timelines``: where the site's timelines are; ``--switch`` moves them to what the settings say."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.timelines import epochs, fanout

AGAIN = timedelta(minutes=5)


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
        epoch = epochs.switch()
        # Until then other processes may act on the epoch that was; what they pushed meanwhile is repeated.
        time.sleep(2 * epochs.KEPT.total_seconds())
        again = fanout.redeliver(since=timezone.now() - AGAIN, epoch=epoch)
        self.stdout.write(
            f"{name}: epoch {epoch}. Each timeline is built at its next read; {again} posts were pushed again."
        )
