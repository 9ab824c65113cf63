"""Readiness tells that what is accepted reaches nobody, though every page is still answered."""

import urllib.error
import urllib.request

import pytest
from django.conf import settings

from tests.waiting import wait_until

from .server import Server, serving

HAS_WORKERS = not settings.SWEEPER_THREAD
KEEPS_TIMELINES = bool(settings.TIMELINES["OPTIONS"].get("URL"))
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.elsewhere, pytest.mark.unclustered]


def ask(server: Server, path: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(server.url + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def is_ready(server: Server) -> bool:
    return ask(server, "/healthz/ready")[0] == 200


def test_a_site_that_has_just_started_is_ready_soon(tmp_path):
    with serving(tmp_path) as server:
        took = wait_until(lambda: is_ready(server), seconds=20, what="readiness")
        print(f"ready {took:.1f} s after the first answer")
        assert ask(server, "/healthz/serving")[0] == 200


@pytest.mark.skipif(not HAS_WORKERS, reason="jobs run in the web process, so none can be dead alone")
def test_a_dead_worker_is_told_though_every_page_is_answered(tmp_path):
    with serving(tmp_path) as server:
        wait_until(lambda: is_ready(server), seconds=20, what="readiness")
        (worker,) = (part for part in server.parts if part.kind == "worker")
        worker.kill()
        took = wait_until(lambda: not is_ready(server), seconds=40, what="unreadiness after the worker was killed")
        print(f"not ready {took:.1f} s after the worker was killed")
        status, said = ask(server, "/healthz/ready")
        assert (status, "no worker takes jobs since" in said) == (503, True)
        assert ask(server, "/healthz/ready", **{"X-Forwarded-For": "203.0.113.9"}) == (503, "not ready\n")
        assert [ask(server, path)[0] for path in ("/", "/healthz/live", "/healthz/serving")] == [200, 200, 200]


@pytest.mark.skipif(not KEEPS_TIMELINES, reason="timelines lie in the database itself")
def test_timelines_alone_being_away_is_degraded_and_not_unready(own_redis, tmp_path, monkeypatch):
    monkeypatch.setenv("REDIS_CACHE_URL", own_redis.url.removesuffix("/0"))
    with serving(tmp_path) as server:
        wait_until(lambda: is_ready(server), seconds=20, what="readiness")
        own_redis.kill()
        status, said = ask(server, "/healthz/ready")
        assert status == 200
        assert "Warning: stored timelines are away; feeds come from the database" in said
        assert ask(server, "/explore/")[0] == 200
