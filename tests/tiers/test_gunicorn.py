"""The tiers with sessions in memory run one process: more are refused by an explanation, however they were asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from project.guard import one_process_only

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "deploy" / "kitten" / "gunicorn.conf.py"


@pytest.mark.parametrize(("args", "environ"), [(["--workers", "3"], {}), ([], {"WEB_CONCURRENCY": "3"})])
def test_several_processes_are_refused_by_an_explanation(args, environ):
    command = [sys.executable, "-m", "gunicorn", "--config", str(CONFIG), "--bind", "127.0.0.1:0", *args]
    run = subprocess.run(command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, timeout=60)
    assert run.returncode != 0
    assert "3 workers" in run.stderr
    assert "cheetah" in run.stderr


@pytest.mark.parametrize("several", [True, False])
def test_under_any_server_several_processes_are_told_why_not(several):
    guarded = one_process_only(lambda environ, start: [b"a page"])
    statuses = []
    body = b"".join(guarded({"wsgi.multiprocess": several}, lambda status, headers: statuses.append(status)))
    assert (b"threads=15" in body, statuses) == ((True, ["503 Service Unavailable"]) if several else (False, []))
