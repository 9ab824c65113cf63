"""Sessions in Redis: while it is away people are asked to wait, and nobody is logged out when it is back."""

from datetime import UTC, datetime

import pytest
from django.conf import settings as current
from django.test import Client

from apps.accounts.models import User
from apps.accounts.services import register_person
from tests.servers.redis import RedisServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_redis(settings, redis_server, tmp_path):
    server = RedisServer(tmp_path)
    settings.CACHES = {
        **settings.CACHES,
        "sessions": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": server.url,
            "OPTIONS": {"SOCKET_TIMEOUT": 0.2, "SOCKET_CONNECT_TIMEOUT": 0.2},
        },
    }
    settings.SESSION_ENGINE = "apps.accounts.sessions"
    yield server
    server.thaw()
    server.kill()


@pytest.fixture
def jun(in_redis) -> Client:
    user = User.objects.create_user(username="jun", password="a long way home 9")
    register_person(user=user, now=datetime.now(UTC))
    client = Client(raise_request_exception=False)
    assert client.login(username="jun", password="a long way home 9")
    return client


def is_known(client: Client) -> bool:
    return "log out" in client.get("/").content.decode().lower()


def test_while_it_is_frozen_people_wait_and_nobody_is_logged_out(in_redis, jun):
    assert is_known(jun)
    in_redis.freeze()
    answer = jun.get("/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "still logged in" in answer.content.decode()
    assert current.SESSION_COOKIE_NAME not in answer.cookies, "the cookie stays"
    refused = jun.post("/write/", {"text": "High water.", "audience": "public", "key": "k"})
    assert refused.status_code == 503
    assert "High water." in refused.content.decode(), "what was typed is kept"
    in_redis.thaw()
    assert is_known(jun)


def test_a_stranger_needs_no_session(in_redis):
    in_redis.freeze()
    assert Client().get("/explore/").status_code == 200


def test_logging_in_while_it_is_away_says_so(in_redis, jun):
    in_redis.kill()
    stranger = Client(raise_request_exception=False)
    answer = stranger.post("/accounts/login/", {"login": "jun", "password": "a long way home 9"})
    assert answer.status_code == 503
    in_redis.start()
    assert not is_known(jun), "a server that kept nothing has forgotten everybody"
    assert jun.login(username="jun", password="a long way home 9")
