"""Debian's Chromium, driven by Playwright, against the live server."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cache import SessionStore
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from apps.accounts.models import User

CHROMIUM = Path("/usr/bin/chromium")
_ARGS = (
    *("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these tests; without Chromium they are not run, and with CI=true that is a failure."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM.exists() and os.environ.get("CI") != "true":
                item.add_marker(pytest.mark.skip(reason="NOT RUN: no Chromium. `make servers` gets it."))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop in this thread.
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def visit(browser, live_server) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens a browser of somebody's own, at the live server, logged in where a user is given."""
    opened: list[BrowserContext] = []

    def open_context(user: User | None = None, **options: object) -> BrowserContext:
        options = {"reduced_motion": "reduce", "base_url": live_server.url} | options
        context = browser.new_context(**options)  # type: ignore[arg-type]
        if user is not None:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": _session(user), "url": live_server.url}]
            )
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()


def _session(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key
