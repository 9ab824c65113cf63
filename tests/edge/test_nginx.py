"""Nginx before several servers: one is killed, one is restarted, and nobody who tries again notices; a reload fails none."""

import http.client
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from django.conf import settings

from apps.accounts.models import User
from apps.accounts.services import register_person
from apps.posts.models import Post
from deploy.bin.tier import processes
from tests.faults.server import Server, Visitor, serving
from tests.servers.nginx import Nginx
from tests.waiting import wait_until

IS_STATELESS = "locmem" not in settings.CACHES[settings.SESSION_CACHE_ALIAS]["BACKEND"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.elsewhere,
    pytest.mark.unclustered,
    pytest.mark.skipif(not IS_STATELESS, reason="this tier keeps sessions in its one process"),
]
PASSWORD = "a long way home 9"
PEOPLE, POSTS = 6, 12


class Patient(Visitor):
    """Tries again as a person does: a form with the same key, until it is answered."""

    failed = 0

    def tried(self, what, *args, **fields):
        answers = []

        def once() -> bool:
            try:
                answers.append(what(*args, **fields))
            except (OSError, http.client.HTTPException):
                self.failed += 1
                return False
            return not (isinstance(answers[-1], tuple) and answers[-1][0] >= 500)

        wait_until(once, seconds=20, what=f"an answer to {args}")
        return answers[-1]


@pytest.fixture
def people() -> list[str]:
    names = [f"person{n}" for n in range(PEOPLE)]
    for name in names:
        user = User.objects.create_user(username=name, password=PASSWORD)
        register_person(user=user, now=datetime.now(UTC))
    return names


def test_a_server_is_killed_and_another_restarted_while_people_post(people, nginx_program, tmp_path):
    with ExitStack() as stack:
        servers = []
        for number in range(3):
            (tmp_path / str(number)).mkdir()
            servers.append(stack.enter_context(serving(tmp_path / str(number))))
        nginx = Nginx(tmp_path, ports=[server.port for server in servers])
        stack.callback(nginx.stop)
        wrong: list[str] = []
        done, all_are_in = threading.Semaphore(0), threading.Barrier(PEOPLE)

        def live(name: str) -> None:
            somebody = Patient(nginx.url)
            somebody.log_in(name, PASSWORD)
            all_are_in.wait(60)
            for number in range(POSTS):
                form = {"text": f"{name} says {number}.", "audience": "public", "key": f"k{number}"}
                status, _ = somebody.tried(somebody.send, "/write/", **form)
                page = somebody.tried(somebody.get, "/")
                if status != 200 or "log out" not in page.lower() or form["text"] not in page:
                    wrong.append(f"{name} {number}: {status}")
                done.release()
            print(f"{name} tried {somebody.failed} times again")

        threads = [threading.Thread(target=live, args=(name,)) for name in people]
        for thread in threads:
            thread.start()
        for _ in range(PEOPLE * 2):
            done.acquire()
        servers[0].kill()
        servers[1].reload()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert Post.objects.count() == PEOPLE * POSTS


class Load:
    """People who go on reading and writing, one request after the other, and never try again."""

    def __init__(self, url: str, names: list[str]) -> None:
        self.failed: list[str] = []
        self.answered, self.longest = 0, 0.0
        self.over = threading.Event()
        self.visitors = [Visitor(url) for _ in names]
        for visitor, name in zip(self.visitors, names, strict=True):
            visitor.log_in(name, PASSWORD)
        self.threads = [threading.Thread(target=self._live, args=(n,)) for n in range(len(names))]
        for thread in self.threads:
            thread.start()

    def _live(self, whose: int) -> None:
        visitor, number = self.visitors[whose], 0
        while not self.over.is_set():
            number, begun = number + 1, time.monotonic()
            form = {"text": f"{whose} says {number}.", "audience": "public", "key": f"k{number}"}
            try:
                status, _ = visitor.send("/write/", **form)
                page = visitor.get("/")
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
                continue
            if status not in (200, 429) or "log out" not in page.lower():
                self.failed.append(f"{status}")
            self.answered += 2
            self.longest = max(self.longest, time.monotonic() - begun)

    def goes_on(self) -> None:
        """Wait until everybody has been answered some more."""
        enough = self.answered + 4 * len(self.visitors)
        wait_until(lambda: self.answered >= enough, seconds=30, what="answers")

    def end(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()


def reload_whole(server: Server) -> None:
    """Let gunicorn replace its processes; return when the last of the old ones is gone."""
    old = set(processes.group(server.web.pid)) - {server.web.pid}
    server.reload()
    wait_until(lambda: not old & set(processes.group(server.web.pid)), seconds=40, what="the end of the old processes")


def test_reloads_and_servers_that_join_and_leave_fail_no_request(people, nginx_program, tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    with serving(tmp_path / "old") as old, ExitStack() as stack:
        nginx = Nginx(tmp_path, ports=[old.port])
        stack.callback(nginx.stop)
        load = Load(nginx.url, people[:3])
        stack.callback(load.end)
        load.goes_on()
        reload_whole(old)
        load.goes_on()
        new = stack.enter_context(serving(tmp_path / "new"))
        nginx.spread_over([old.port, new.port])
        load.goes_on()
        reload_whole(new)
        nginx.spread_over([new.port])
        old.web.stop()
        load.goes_on()
        load.end()
        print(f"{load.answered} requests answered, a post and the page after it within {load.longest:.1f} s")
        assert load.failed == []
