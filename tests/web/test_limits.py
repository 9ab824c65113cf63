"""What costs is limited: 429 with the time to wait, nothing typed is lost, and the others don't notice."""

import pytest
from django.core.cache import caches
from django.test import Client
from django.test.client import RequestFactory

from apps.accounts import limits
from apps.accounts.models import User
from apps.posts.models import Post
from tests.servers.redis import RedisServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("windows")]


def test_a_person_who_posts_too_fast_waits_and_the_others_do_not(settings, person, logged_in):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "post": "3/5m"}
    ada, ben = logged_in(person("ada")), logged_in(person("ben"))
    answers = [ada.post("/write/", {"text": f"Number {n}", "audience": "public"}) for n in range(30)]
    assert [answer.status_code for answer in answers[:3]] == [303] * 3
    assert {answer.status_code for answer in answers[3:]} == {429}
    refused = answers[-1]
    assert 0 < int(refused["Retry-After"]) <= 300
    assert "more than 3 in 5 minutes" in refused.content.decode()
    assert ">Number 29</textarea>" in refused.content.decode()
    assert ben.post("/write/", {"text": "Hello", "audience": "public"}).status_code == 303
    assert Post.objects.count() == 4


def test_following_is_limited_and_unfollowing_is_not(settings, person, logged_in):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "follow": "1/h"}
    ada = logged_in(person("ada"))
    for name in ("ben", "eve"):
        person(name)
    assert ada.post("/@ben/", {"do": "follow"}).status_code == 303
    refused = ada.post("/@eve/", {"do": "follow"})
    assert (refused.status_code, "Retry-After" in refused) == (429, True)
    assert ada.post("/@ben/", {"do": "unfollow"}).status_code == 303


@pytest.mark.parametrize(
    ("path", "kind", "form"),
    [
        ("/accounts/login/", "log-in", {"login": "nobody", "password": "wrong"}),
        ("/accounts/signup/", "sign-up", {"username": "", "password1": ""}),
    ],
)
def test_an_address_that_tries_too_often_waits_and_another_does_not(settings, path, kind, form):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, kind: "2/h"}
    statuses = [Client(REMOTE_ADDR="203.0.113.5").post(path, form).status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    refused = Client(REMOTE_ADDR="203.0.113.5").post(path, form)
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert "log in first" not in refused.content.decode(), "it is no matter of permission"
    assert Client(REMOTE_ADDR="203.0.113.6").post(path, form).status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.5").get(path).status_code == 200


@pytest.mark.parametrize(
    ("remote", "said", "address"),
    [
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("127.0.0.1", "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    ],
)
def test_only_a_trusted_proxy_says_whom_it_speaks_for(settings, remote, said, address):
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"X-Real-IP": said, "X-Forwarded-For": "1.2.3.4"})
    assert limits.address_of(request) == address


def test_what_allauth_limits_is_counted_where_nothing_is_evicted(client):
    form = {"email": "nobody@example.org"}
    statuses = [client.post("/accounts/password/reset/", form).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]
    for alias in set(caches) - {"default", "ratelimit"}:
        caches[alias].clear()
    assert client.post("/accounts/password/reset/", form).status_code == 429
    caches["ratelimit"].clear()
    assert client.post("/accounts/password/reset/", form).status_code == 302


def test_while_the_counts_are_away_logging_in_waits_and_posting_goes_on(
    settings, person, logged_in, redis_server, tmp_path
):
    server = RedisServer(tmp_path)
    options = {"SOCKET_TIMEOUT": 0.2, "SOCKET_CONNECT_TIMEOUT": 0.2, "IGNORE_EXCEPTIONS": True}
    away = {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": server.url, "OPTIONS": options}
    settings.CACHES = {**settings.CACHES, "ratelimit": away}
    ada = logged_in(person("ada"))
    server.kill()
    assert ada.post("/write/", {"text": "Hello", "audience": "public"}).status_code == 303
    refused = Client(raise_request_exception=False).post("/accounts/login/", {"login": "ada", "password": "wrong"})
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert User.objects.filter(username="ada").exists()


@pytest.mark.parametrize(
    ("path", "form", "kind"),
    [
        ("/@ines/{post}/", {"do": "repost"}, "repost"),
        ("/@ines/{post}/", {"do": "unrepost"}, "repost"),
        ("/@ines/{post}/", {"do": "like"}, "act"),
        ("/@ada/{own}/edit/", {"text": "Anew", "audience": "public"}, "act"),
        ("/@ines/", {"do": "mute"}, "act"),
        ("/settings/profile/", {"display_name": "Ada"}, "act"),
    ],
)
def test_whatever_one_does_is_limited(settings, person, logged_in, write, path, form, kind):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, kind: "2/h"}
    ines, ada = person("ines"), person("ada")
    path = path.format(post=write(ines, "Again?").id.hex, own=write(ada, "Mine").id.hex)
    client = logged_in(ada)
    answers = [client.post(path, {**form, "key": str(number)}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_what_allauth_limits_has_our_page_and_says_when_to_come_back(client):
    form = {"email": "nobody@example.org"}
    *_, refused = [client.post("/accounts/password/reset/", form) for _ in range(6)]
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert "A little slower, please" in refused.content.decode()


def test_an_address_of_ipv4_is_itself_where_a_socket_of_ipv6_took_it(settings):
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    ask = RequestFactory().get
    assert limits.address_of(ask("/", REMOTE_ADDR="::ffff:203.0.113.9")) == "203.0.113.9"
    assert (
        limits.address_of(ask("/", REMOTE_ADDR="::ffff:127.0.0.1", headers={"X-Real-IP": "198.51.100.1"}))
        == "198.51.100.1"
    )
