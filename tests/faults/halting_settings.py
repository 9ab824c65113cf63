"""The settings under test, for a server of its own that stands still before the stage which HALT_BEFORE names."""

import os
from importlib import import_module

_profile = import_module(os.environ["SETTINGS_UNDER_TEST"])
globals().update({name: value for name, value in vars(_profile).items() if name.isupper()})

INSTALLED_APPS = [*_profile.INSTALLED_APPS, "tests.faults.halting.Halting"]
DATABASES = {"default": {**_profile.DATABASES["default"], "NAME": os.environ["DATABASE_UNDER_TEST"]}}
STORAGES = {
    **_profile.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
