"""Big Cat on MongoDB."""

from settings.big_cat import *

DATABASES["default"]["NAME"] = "prowl_bench"
ROOT_URLCONF = "benchmarks.urls"
LOGGING = {"version": 1, "disable_existing_loggers": True}
SWEEPER_THREAD = False
