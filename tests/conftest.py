"""The profile under test is the settings module: ``pytest --ds=settings.big_cat``. No test asks which it is."""

import os
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.servers.fixtures"]
if django_settings.DATABASES["default"]["ENGINE"] == "project.mongodb":
    pytest_plugins.append("project.mongodb.testing")
if "cassandra" in django_settings.DATABASES:
    pytest_plugins.append("tests.cassandra")
if "replica" in django_settings.DATABASES:
    # A secondary may be late, and most tests don't wait: only those of the replica read from one (``replicas``).
    django_settings.DATABASES["replica"]["LATE"] = django_settings.DATABASES["replica"]["OPTIONS"]
    django_settings.DATABASES["replica"]["OPTIONS"] = django_settings.DATABASES["default"]["OPTIONS"]

settings.register_profile(
    "deterministic", derandomize=True, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck)
)
settings.register_profile("exploring", settings.get_profile("deterministic"), derandomize=False, max_examples=1000)
settings.register_profile("few", settings.get_profile("deterministic"), max_examples=20)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "deterministic"))


@pytest.fixture(autouse=True)
def _plain_storage(settings):
    """Static files by their own names, passwords digested once. Nothing cached outlives a test, nor who was away."""
    from django.core.cache import caches

    from apps.journal import recency

    settings.PASSWORD_HASHERS = ["tests.hashers.Quick"]

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    for cache in caches.all(initialized_only=True):
        cache.clear()
    recency.breaker.close()


if not django_settings.TIMELINES["BACKEND"].endswith("orm.Timelines"):

    @pytest.fixture(autouse=True)
    def _no_timelines(request):
        """Outside the database nothing is rolled back: each test begins without stored timelines."""
        if "rush" in request.keywords:  # It has servers of its own.
            return
        from apps.timelines.handler import timelines

        timelines().empty()


@pytest.fixture
def windows(monkeypatch):
    """Return the clock of the windows that rates are counted in: it goes on only when it is told to."""
    clock = SimpleNamespace(now=1_800_000_000)
    monkeypatch.setattr("django_ratelimit.core.time", SimpleNamespace(time=lambda: clock.now))
    return clock


@pytest.fixture
def staff(db):
    """Return the browser of somebody who may see and do everything in the admin site."""
    from django.test import Client

    from apps.accounts.models import User

    user = User(username="Chief", is_staff=True, is_superuser=True)
    user.save()
    client = Client()
    client.force_login(user)
    return client
