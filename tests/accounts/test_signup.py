"""Signing up, logging in and out, as a browser does it."""

import pytest
from django.db import DatabaseError
from django.test import Client

from apps.accounts import selectors, services
from apps.accounts.adapter import AccountAdapter
from apps.accounts.models import User
from apps.journal.handler import journal

from .conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SIGN_UP, LOG_IN, LOG_OUT = "/accounts/signup/", "/accounts/login/", "/accounts/logout/"


def sign_up(client: Client, name: str, **more: str):
    return client.post(SIGN_UP, {"username": name, "password1": PASSWORD, **more})


def log_in(client: Client, name: str, password: str = PASSWORD):
    return client.post(LOG_IN, {"login": name, "password": password})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session and client.get("/accounts/password/change/").status_code == 200


def test_signing_up_publishes_a_profile_and_logs_in(client):
    assert sign_up(client, "AdaLovelace").status_code == 302
    person = selectors.person_by_name(name="adalovelace")
    assert selectors.card_of(id=person).username == "AdaLovelace"
    assert is_in(client)


def test_an_address_is_kept_and_shown_to_nobody(client):
    sign_up(client, "ada", email="ada@example.org")
    assert User.objects.get().email == "ada@example.org"
    assert not hasattr(selectors.profile(id=User.objects.get().pk), "email")


@pytest.mark.parametrize("name", ["ADA", "ａｄａ", "admin", "a b", "x" * 31, "", "a\x00b"])
def test_a_name_that_is_taken_reserved_or_odd_is_refused_in_the_form(client, name):
    User(username="ada").save()
    answer = sign_up(client, name)
    assert answer.status_code == 200
    assert answer.context["form"].errors["username"]
    assert User.objects.count() == 1


def test_who_loses_a_race_for_a_name_is_told_so_in_the_form(client, monkeypatch):
    User(username="ada").save()
    monkeypatch.setattr(AccountAdapter, "clean_username", lambda self, name, shallow=False: name)
    answer = sign_up(client, "Ada")
    assert answer.context["form"].errors["username"] == ["The name 'Ada' is taken. Choose another."]


def test_a_sign_up_that_dies_before_the_profile_is_made_good_at_the_next_log_in(client, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(type(journal()), "append", lambda *_, **__: (_ for _ in ()).throw(DatabaseError("gone")))
        client.raise_request_exception = False
        refused = sign_up(client, "ada")
        assert (refused.status_code, refused["Retry-After"]) == (503, "5")
        assert "The journal does not answer" in refused.content.decode()
        assert not is_in(client)
    user = User.objects.get()
    assert selectors.card_of(id=user.pk) is None
    assert log_in(client, "ada").status_code == 302
    assert selectors.card_of(id=user.pk).username == "ada"
    assert is_in(client)


def test_nobody_signs_up_while_the_site_is_read_only(client, settings):
    settings.READ_ONLY = True
    assert "has closed the door" in client.get(SIGN_UP).content.decode()
    assert sign_up(client, "ada").status_code == 503
    assert not User.objects.exists()


@pytest.mark.parametrize("written", ["AdaLovelace", "adalovelace", "ADALOVELACE", "ａdaLovelace"])
def test_logging_in_takes_the_name_however_it_is_written(client, person, written):
    person("AdaLovelace")
    log_in(client, written)
    assert is_in(client)
    client.post(LOG_OUT)
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_and_a_wrong_name_are_told_alike(client, person):
    person("ada")
    wrong_password, wrong_name = log_in(client, "ada", "x"), log_in(client, "eve", "x")
    assert wrong_password.context["form"].non_field_errors() == wrong_name.context["form"].non_field_errors()
    assert not is_in(client)


def test_a_suspended_person_is_logged_out_and_kept_out(client, person, later):
    ada = person("ada")
    log_in(client, "ada")
    assert is_in(client)
    services.suspend(person_id=ada.pk, by=ada.pk, now=later())
    assert not is_in(client)
    assert log_in(client, "ada").headers["Location"] == "/accounts/inactive/"
    assert not is_in(client)
    services.restore(person_id=ada.pk, by=ada.pk, now=later())
    log_in(client, "ada")
    assert is_in(client)


def test_a_session_gets_a_new_key_at_log_in(client, person):
    person("ada")
    client.get(LOG_IN)
    client.session["x"] = 1
    before = client.session.session_key
    log_in(client, "ada")
    assert client.session.session_key != before


def test_the_admin_site_has_no_log_in_of_its_own(client):
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(LOG_IN)
