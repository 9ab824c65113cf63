"""Sessions in Redis: while it is away people are asked to wait, and nobody is logged out when it is back."""

from datetime import UTC, datetime

import pytest
from django.conf import settings as current
from django.test import Client

from apps.accounts.models import User
from apps.accounts.services import register_person
from tests.servers.redis import RedisServer
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def in_redis(settings, redis_server, tmp_path):
    server = RedisServer(tmp_path)
    settings.CACHES = {
        **settings.CACHES,
        "sessions": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": server.url,
            "OPTIONS": {"SOCKET_TIMEOUT": 0.2 * PATIENCE, "SOCKET_CONNECT_TIMEOUT": 0.2 * PATIENCE},
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


@pytest.mark.parametrize("harm", ["freeze", "kill"])
def test_every_kind_of_page_asks_people_to_wait_and_none_logs_them_out(in_redis, harm):
    user = User.objects.create_superuser(username="chief", password="a long way home 9")
    register_person(user=user, now=datetime.now(UTC))
    chief = Client(raise_request_exception=False)
    assert chief.login(username="chief", password="a long way home 9")
    getattr(in_redis, harm)()
    answers = [chief.get(path) for path in ("/", "/explore/", "/@chief/", "/write/", "/admin/", "/accounts/logout/")]
    answers += [
        chief.post("/write/", {"text": "High water.", "audience": "public"}),
        chief.post("/@chief/", {"do": "follow"}),
        chief.post("/accounts/logout/"),
        chief.post("/admin/logout/"),
    ]
    assert {answer.status_code for answer in answers} == {503}
    assert all(answer["Retry-After"] for answer in answers)
    assert all(current.SESSION_COOKIE_NAME not in answer.cookies for answer in answers)
    if harm == "freeze":
        in_redis.thaw()
        assert is_known(chief)


def test_a_store_that_lost_a_session_never_gives_its_key_to_somebody_else(in_redis):
    """Keys are random, and a key that the store does not know is never taken from the browser that sends it."""
    users = [User.objects.create_user(username=name, password="a long way home 9") for name in ("ada", "ben")]
    for user in users:
        register_person(user=user, now=datetime.now(UTC))
    ada, ben = Client(), Client()
    assert ada.login(username="ada", password="a long way home 9")
    lost = ada.cookies[current.SESSION_COOKIE_NAME].value
    in_redis.kill()
    in_redis.start()
    keys = {lost}
    for _ in range(20):
        ben.cookies.clear()
        ben.cookies[current.SESSION_COOKIE_NAME] = lost
        assert ben.login(username="ben", password="a long way home 9")
        keys.add(ben.cookies[current.SESSION_COOKIE_NAME].value)
    assert len(keys) == 21
    assert {len(key) for key in keys} == {32}
    assert not is_known(ada)
