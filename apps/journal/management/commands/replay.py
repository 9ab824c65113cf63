"""``manage.py replay``: rebuild every projection from the journal, or only say what differs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from apps.core.errors import Refused
from apps.journal import replay, signals

SHOWN = 20


class Command(BaseCommand):
    help = "Fold the journal into an empty scratch store, compare every projected row with it, and mend what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--verify", action="store_true", help="only say what differs; exit 1 if anything does")
        parser.add_argument(
            "--scratch",
            type=Path,
            help="make the scratch store in this file; if the run is stopped, it goes on there the next time",
        )

    def handle(self, *, verify: bool, scratch: Path | None, **_: Any) -> None:
        try:
            self._replay(verify=verify, scratch=scratch)
        except Refused as refused:
            raise CommandError(refused.message) from refused

    def _replay(self, *, verify: bool, scratch: Path | None) -> None:
        started = timezone.now()
        report, shown = replay.Report(), list[str]()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
        with replay.scratch_store(scratch), Progress(*columns, transient=True) as bar:
            folding = bar.add_task("activities folded", total=None)
            begun = replay.fold_journal(report=report, now=started, progress=lambda n: bar.update(folding, completed=n))
            comparing = bar.add_task("rows compared", total=None)
            for found in replay.compare(
                started=begun, report=report, progress=lambda n: bar.update(comparing, completed=n)
            ):
                report.differences += 1
                if len(shown) < SHOWN:
                    shown.append(str(found))
                if not verify:
                    report.mended += replay.mend(found)
            if not verify:
                signals.replayed.send(sender=None, now=started)
        self._say(report, shown, verify=verify)

    def _say(self, report: replay.Report, shown: list[str], *, verify: bool) -> None:
        for found in shown:
            self.stdout.write(f"  {found}")
        if report.differences > len(shown):
            self.stdout.write(f"  … and {report.differences - len(shown)} more")
        if report.unknown:
            self.stdout.write(f"{report.unknown} activities are of a newer version of Prowl and were left alone.")
        summary = f"{report.activities} activities, {report.rows} rows compared: {report.differences} differences"
        if verify and report.differences:
            raise CommandError(f"{summary}. `manage.py replay` mends them.")
        if report.differences != report.mended:
            raise CommandError(f"{summary}, {report.mended} mended; the others changed meanwhile: run it again.")
        self.stdout.write(f"{summary}." if verify or not report.differences else f"{summary}, all mended.")
