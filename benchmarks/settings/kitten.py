"""Kitten on SQLite, with django-activity-stream beside it."""

import tempfile
from pathlib import Path

from settings.kitten import *

DATABASES["default"]["NAME"] = str(Path(tempfile.mkdtemp(prefix="prowl-bench-")) / "bench.sqlite3")
INSTALLED_APPS += ["actstream"]
ROOT_URLCONF = "benchmarks.urls"
LOGGING = {"version": 1, "disable_existing_loggers": True}
SWEEPER_THREAD = False
