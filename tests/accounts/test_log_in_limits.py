"""Guessing a password is slow, from one address and from many, and nobody can keep somebody else out by it."""

import re

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User

from .conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.shared, pytest.mark.usefixtures("windows")]
LOG_IN = "/accounts/login/"
IN, WRONG, LATER = 302, 200, 429
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def _rates(settings):
    rates = {"log-in as one": "3/5m", "log-ins as one": "8/d", "log-in as one, slowly": "1/h"}
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **rates}


def log_in(name: str = "ada", password: str = "wrong", *, address: int = 1, **more: str) -> int:
    return answer_to(name, password, address=address, **more).status_code


def answer_to(name: str, password: str, *, address: int = 1, **more: str):
    return Client(REMOTE_ADDR=f"192.0.2.{address}", **more).post(LOG_IN, {"login": name, "password": password})


def try_from_many(name: str) -> None:
    """Try ``name`` until it is tried more slowly, from addresses that no test uses otherwise."""
    assert [log_in(name, address=100 + n) for n in range(8)] == [WRONG] * 8


def test_an_address_may_try_a_name_some_times_and_then_waits_even_with_the_password(person):
    person("ada")
    assert [log_in() for _ in range(4)] == [WRONG] * 3 + [LATER]
    refused = answer_to("ada", PASSWORD)
    assert refused.status_code == LATER
    assert 0 < int(refused["Retry-After"]) <= 300
    assert "more than 3 in 5 minutes" in refused.content.decode()


def test_however_often_a_stranger_tries_the_person_gets_in_from_another_address(person):
    person("ada")
    for _ in range(30):
        log_in(address=1)
    assert log_in(password=PASSWORD, address=2) == IN


def test_a_stranger_who_comes_through_the_same_proxy_keeps_nobody_out(person, settings):
    settings.TRUSTED_PROXIES = ["192.0.2.0/24"]
    person("ada")
    for _ in range(30):
        log_in(HTTP_X_REAL_IP="203.0.113.5")
    assert log_in(password=PASSWORD, HTTP_X_REAL_IP="203.0.113.5") == LATER
    assert log_in(password=PASSWORD, HTTP_X_REAL_IP="203.0.113.6") == IN


def test_people_who_share_an_address_do_not_wait_for_each_other(person):
    person("ben")
    assert [log_in("ada") for _ in range(4)][-1] == LATER
    assert log_in("ben", PASSWORD) == IN


def test_a_name_is_one_however_it_is_written(person):
    person("ada")
    assert [log_in(name) for name in ("ada", "ADA", "ａda", "Ada")] == [WRONG] * 3 + [LATER]


def test_a_name_tried_from_many_addresses_is_tried_more_slowly_from_each(person):
    person("ada"), person("ben")
    try_from_many("ada")
    assert [log_in(address=n) for n in (1, 1, 2, 2)] == [WRONG, LATER, WRONG, LATER]
    refused = answer_to("ada", PASSWORD, address=1)
    assert 300 < int(refused["Retry-After"]) <= 3600
    assert [log_in("ben", address=1) for _ in range(3)] == [WRONG] * 3, "another name is as quick as before"


def test_however_many_strangers_try_the_person_gets_in(person):
    person("ada")
    try_from_many("ada")
    for n in range(100):
        log_in(address=100 + n)
    assert log_in(password=PASSWORD, address=1) == IN


def test_it_is_slow_for_a_day_and_no_longer(person, windows):
    try_from_many("ada")
    assert [log_in() for _ in range(2)] == [WRONG, LATER]
    windows.now += DAY
    assert [log_in() for _ in range(3)] == [WRONG] * 3


def test_whoever_gets_the_mail_is_let_in_however_often_others_tried(person):
    person("ada", email="ada@example.org")
    try_from_many("ada")
    assert [log_in(password=PASSWORD + "?") for _ in range(2)] == [WRONG, LATER]
    browser = Client(REMOTE_ADDR="192.0.2.1")
    browser.post("/accounts/password/reset/", {"email": "ada@example.org"})
    link = re.search(r"https?://[^/]+(/\S+)", mail.outbox[0].body)[1]
    form = browser.get(link, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": "another-warm-roof", "password2": "another-warm-roof"})
    assert browser.get("/accounts/password/change/").status_code == 200


def test_names_that_nobody_has_are_limited_alike(person):
    person("ada")
    assert [log_in("ada") for _ in range(5)] == [log_in("eve") for _ in range(5)]
    try_from_many("eve")
    assert [log_in("eve", address=9) for _ in range(2)] == [WRONG, LATER]


class CountingHasher(PBKDF2PasswordHasher):
    """Counts how often it does the work that makes passwords slow to guess."""

    iterations = 1
    done = 0

    def encode(self, password, salt, iterations=None):
        type(self).done += 1
        return super().encode(password, salt, iterations)


@pytest.mark.parametrize("name", ["eve", "has_none"])
def test_the_time_of_an_answer_tells_nobody_whether_a_name_is_taken(person, settings, name):
    person("ada"), User(username="has_none", password="!").save()
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    ada = User.objects.get(username="ada")
    ada.set_password(PASSWORD)
    ada.save()
    assert _work_for("ada") == _work_for(name)


def _work_for(name: str) -> tuple[int, int]:
    """Return how many passwords are hashed and how many queries asked when a wrong one is given for ``name``."""
    before = CountingHasher.done
    with CaptureQueriesContext(connection) as asked:
        assert log_in(name) == WRONG
    return CountingHasher.done - before, len(asked)
