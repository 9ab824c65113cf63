"""Nginx before three servers: one is killed, one is restarted, and nobody who tries again notices."""

import http.client
import threading
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from django.conf import settings

from apps.accounts.models import User
from apps.accounts.services import register_person
from apps.posts.models import Post
from tests.faults.server import Visitor, serving
from tests.servers.nginx import Nginx
from tests.waiting import wait_until

IS_STATELESS = "locmem" not in settings.CACHES[settings.SESSION_CACHE_ALIAS]["BACKEND"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.elsewhere,
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
