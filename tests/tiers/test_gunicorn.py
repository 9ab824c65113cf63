"""The tiers with sessions in memory run one process: more are refused by an explanation, however they were asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "deploy" / "kitten" / "gunicorn.conf.py"


@pytest.mark.parametrize(("args", "environ"), [(["--workers", "3"], {}), ([], {"WEB_CONCURRENCY": "3"})])
def test_several_processes_are_refused_by_an_explanation(args, environ):
    command = [sys.executable, "-m", "gunicorn", "--config", str(CONFIG), "--bind", "127.0.0.1:0", *args]
    run = subprocess.run(command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, timeout=60)
    assert run.returncode != 0
    assert "3 workers" in run.stderr
    assert "cheetah" in run.stderr
