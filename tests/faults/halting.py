"""An app that lets a server stand still before a stage, so that it can be killed there."""

import os
import threading
from pathlib import Path
from typing import Any

from django.apps import AppConfig


class Halting(AppConfig):
    name = "tests.faults.halting"
    label = "halting"

    def ready(self) -> None:
        stage = os.environ.get("HALT_BEFORE")
        if stage:
            _halt_before(stage, Path(os.environ["HALTED"]))


def _halt_before(stage: str, halted: Path) -> None:
    from apps.journal import projection

    run_stage = projection.run_stage

    def halt_or_run(name: str, *args: Any, **more: Any) -> None:
        if name == stage:
            halted.touch()
            threading.Event().wait()
        run_stage(name, *args, **more)

    projection.run_stage = halt_or_run
