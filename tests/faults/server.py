"""A server of the profile under test, in processes of its own on the test's database, and somebody who visits it."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]


class Server:
    """gunicorn with the tier's own configuration, on loopback, and a worker where the tier has workers."""

    def __init__(self, folder: Path, *, halt_before: str = "") -> None:
        self.halted, self.port = folder / "halted", free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environ = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.halting_settings",
            "SETTINGS_UNDER_TEST": os.environ["DJANGO_SETTINGS_MODULE"],
            "DATABASE_UNDER_TEST": str(connection.settings_dict["NAME"]),
            "HALT_BEFORE": halt_before,
            "HALTED": str(self.halted),
            "SITE_URL": self.url,
            "CELERY_EAGER": "0",
        }
        self.halted.unlink(missing_ok=True)
        tier = "kitten" if settings.SWEEPER_THREAD else "cheetah"
        config = str(ROOT / "deploy" / tier / "gunicorn.conf.py")
        commands = [["gunicorn", "--config", config, "--bind", f"127.0.0.1:{self.port}"]]
        if not settings.SWEEPER_THREAD:
            beat = ["--beat", "--schedule", str(folder / "beat"), "--loglevel", "warning"]
            commands += [["celery", "--app", "project", "worker", "--concurrency", "2", *beat]]
        self.log = (folder / "server.log").open("ab")
        self.processes = [self._start(command, environ) for command in commands]
        wait_until(self.is_ready, seconds=20, what=f"the server on {self.url}, whose log is {self.log.name},")

    def _start(self, command: list[str], environ: dict[str, str]) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", *command]
        return subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def is_ready(self) -> bool:
        if any(process.poll() is not None for process in self.processes):
            raise AssertionError(Path(self.log.name).read_text())
        try:
            with urllib.request.urlopen(f"{self.url}/healthz/live", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False

    def reload(self) -> None:
        """Let gunicorn replace its processes, each after it has finished what it is doing."""
        os.kill(self.processes[0].pid, signal.SIGHUP)

    def kill(self) -> None:
        """Kill all its processes, as a power cut does."""
        while self.processes:
            process = self.processes.pop()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.log.close()


@contextmanager
def serving(folder: Path, *, halt_before: str = "") -> Iterator[Server]:
    server = Server(folder, halt_before=halt_before)
    try:
        yield server
    finally:
        server.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
        with self.opener.open(self.url + path, timeout=20) as answer:
            return answer.read().decode()

    def send(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form; return the status and the page that it leads to."""
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        try:
            with self.opener.open(self.url + path, data=data, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def posts_with(self, text: str, path: str = "/") -> int:
        """Return how many posts with ``text`` stand on a page."""
        return len(re.findall(rf"<article(?:(?!</article>).)*{re.escape(text)}", self.get(path), re.DOTALL))
