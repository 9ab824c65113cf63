"""The settings under test, for servers in processes of their own: on the test's databases, with what tests.faults.harming does.

Passwords are cheap, and nobody is limited but in how often the one whose browser is LIMITED posts: a crowd of a test posts all day
from one address.
"""

import json
import os
from importlib import import_module

_profile = import_module(os.environ["SETTINGS_UNDER_TEST"])
globals().update({name: value for name, value in vars(_profile).items() if name.isupper()})

INSTALLED_APPS = [*_profile.INSTALLED_APPS, "tests.faults.harming.Harming"]
if "DATABASES_UNDER_TEST" in os.environ:
    _names = json.loads(os.environ["DATABASES_UNDER_TEST"])
    DATABASES = {alias: {**_profile.DATABASES[alias], "NAME": name} for alias, name in _names.items()}
STORAGES = {
    **_profile.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("MD5", "PBKDF2")]
RATE_LIMITS = {**dict.fromkeys(_profile.RATE_LIMITS, "1000000/h"), "post": _profile.RATE_LIMITS["post"]}
ACCOUNT_RATE_LIMITS = False  # allauth's own: 30 log-ins a minute from an address
