"""Cheetah on one MongoDB and two Redis servers."""

from settings.cheetah import *

DATABASES["default"]["NAME"] = "prowl_bench"
ROOT_URLCONF = "benchmarks.urls"
LOGGING = {"version": 1, "disable_existing_loggers": True}
PUSH_LIMIT = 1_000_000
