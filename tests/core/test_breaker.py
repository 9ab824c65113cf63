"""A server that is away is left alone, found to be back by one caller, and keeps nobody waiting meanwhile."""

import threading
import time

import pytest
import redis
from django.test import override_settings

from apps.core import breaker
from apps.core.backends.redis import Redis, breaker_of
from apps.core.breaker import Breaker, Open
from tests.servers.redis import RedisServer
from tests.waiting import PATIENCE

pytestmark = pytest.mark.once


class Away(Exception):  # noqa: N818 - a state
    pass


def fail(guard: Breaker) -> None:
    with pytest.raises(Away), guard.guarding():
        raise Away


def opened() -> Breaker:
    guard = Breaker(Away)
    for _ in range(breaker.MOST):
        fail(guard)
    return guard


def test_after_some_failures_in_a_row_nothing_is_asked():
    with pytest.raises(Open), opened().guarding():
        pytest.fail("asked")


def test_an_answer_in_between_begins_the_count_anew():
    guard = Breaker(Away)
    for _ in range(3):
        for _ in range(breaker.MOST - 1):
            fail(guard)
        with guard.guarding():
            pass


def test_another_error_is_no_sign_that_it_is_away():
    guard = Breaker(Away)
    for _ in range(breaker.MOST + 1):
        with pytest.raises(ValueError, match="mine"), guard.guarding():
            raise ValueError("mine")


def test_one_caller_at_a_time_finds_out_whether_it_is_back(monkeypatch):
    guard = opened()
    monkeypatch.setattr(breaker, "SECONDS", 0)
    with guard.guarding():
        monkeypatch.setattr(breaker, "SECONDS", 60)
        with pytest.raises(Open), guard.guarding():
            pytest.fail("asked by a second one meanwhile")
    with guard.guarding():
        pass


def test_threads_do_not_wait_for_each_other():
    guard, both = Breaker(Away), threading.Barrier(2, timeout=10)

    def meet() -> None:
        with guard.guarding():
            both.wait()

    threads = [threading.Thread(target=meet) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not both.broken


@pytest.fixture
def frozen(redis_server, tmp_path):
    server = RedisServer(tmp_path)
    server.freeze()
    yield server
    server.thaw()
    server.kill()


def test_all_that_lies_on_one_server_learns_together_that_it_hangs(frozen, monkeypatch):
    """Databases of one server: a time-out in one is a time-out in all, and so is its coming back."""
    from django.core.cache import caches

    def of(database: int) -> str:
        return f"redis://127.0.0.1:{frozen.port}/{database}"

    def alias(database: int) -> dict[str, object]:
        options = {"REDIS_CLIENT_CLASS": "apps.core.backends.redis.Redis", "IGNORE_EXCEPTIONS": True}
        options |= {"SOCKET_TIMEOUT": 0.1 * PATIENCE, "SOCKET_CONNECT_TIMEOUT": 0.1 * PATIENCE}
        return {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": of(database), "OPTIONS": options}

    with override_settings(CACHES={"default": alias(0), "other": alias(1)}):
        started = time.monotonic()
        for _ in range(breaker.MOST):
            assert caches["default"].get("key") is None
        monkeypatch.setattr(breaker, "SECONDS", 60)
        for _ in range(50):
            caches["other"].set_many({"key": 1})
            assert caches["other"].get_many(["key"]) == {}
            with pytest.raises(redis.ConnectionError, match="not asked"):
                Redis.from_url(of(2)).get("key")
        assert time.monotonic() - started < (breaker.MOST * 0.1 + 2) * PATIENCE, "not 150 time-outs"
        frozen.thaw()
        breaker_of("127.0.0.1", frozen.port).close()
        caches["other"].set_many({"key": 1})
        assert caches["other"].get_many(["key"]) == {"key": 1}
