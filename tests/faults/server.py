"""A server of the profile under test, in processes of its own on the test's database, and somebody who visits it."""

import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

from django.conf import settings
from django.db import connections

from deploy.bin.tier.parts import jobs, web
from deploy.bin.tier.site import Site
from tests.waiting import PATIENCE


def site_under_test(folder: Path, **more: str) -> Site:
    """Return where processes of the test's own run: the profile and the stores under test, its databases."""
    given = {name: value for name, value in os.environ.items() if name.endswith("_URL") and name != "SITE_URL"} | {
        "DJANGO_SETTINGS_MODULE": "tests.faults.site_settings",
        "SETTINGS_UNDER_TEST": os.environ["DJANGO_SETTINGS_MODULE"],
        "DATABASES_UNDER_TEST": json.dumps({each.alias: str(each.settings_dict["NAME"]) for each in connections.all()}),
        "CELERY_EAGER": "0",
        **more,
    }
    return Site("any", folder, given)


class Server:
    """gunicorn with the tier's own configuration, on loopback, and a worker with its clock where the tier has workers."""

    def __init__(self, folder: Path, *, halt_before: str = "") -> None:
        self.halted = folder / "halted"
        self.halted.unlink(missing_ok=True)
        site = site_under_test(folder, HALT_BEFORE=halt_before, HALTED=str(self.halted))
        self.port = site.port("front")
        self.url = f"http://127.0.0.1:{self.port}"
        has_workers = not settings.SWEEPER_THREAD
        self.web = web.server(site, "web", port=self.port, config="cheetah" if has_workers else "kitten")
        self.parts = [self.web, *(jobs.workers(site) + jobs.beat(site) if has_workers else [])]
        for part in self.parts:
            part.launch()
        for part in self.parts:
            part.wait_until_ready()

    def reload(self) -> None:
        """Let gunicorn replace its processes, each after it has finished what it is doing."""
        self.web.reload()

    def kill(self) -> None:
        """Kill all its processes, as a power cut does."""
        for part in self.parts:
            part.kill()


@contextmanager
def serving(folder: Path, *, halt_before: str = "") -> Iterator[Server]:
    server = Server(folder, halt_before=halt_before)
    try:
        yield server
    finally:
        server.kill()


class Visitor:
    """Somebody's browser: it keeps cookies, sends forms with their token, and follows what it is sent to."""

    def __init__(self, url: str) -> None:
        self.url, self.cookies = url, CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def log_in(self, username: str, password: str) -> None:
        self.get("/accounts/login/")
        status, page = self.send("/accounts/login/", login=username, password=password)
        assert status == 200, page
        assert "log out" in page.lower(), page

    def get(self, path: str) -> str:
        with self.opener.open(self.url + path, timeout=20 * PATIENCE) as answer:
            return answer.read().decode()

    def send(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form; return the status and the page that it leads to."""
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        try:
            with self.opener.open(self.url + path, data=data, timeout=20 * PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def posts_with(self, text: str, path: str = "/") -> int:
        """Return how many posts with ``text`` stand on a page."""
        return len(re.findall(rf"<article(?:(?!</article>).)*{re.escape(text)}", self.get(path), re.DOTALL))
