"""A forgotten password: the link that is sent opens the account again, and a server for mail that is away is told."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from apps.accounts.models import User
from deploy.bin.tier.ports import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
PASSWORD = "a-cat-on-a-warm-roof"


@pytest.fixture
def ines(person):
    user = person("ines")
    user.email = "ines@example.org"
    user.save()
    return user


def test_a_link_to_a_new_password_is_sent_and_works_once(client, ines):
    assert client.post("/accounts/password/reset/", {"email": ines.email}).status_code == 302
    (message,) = mail.outbox
    assert (message.to, message.from_email) == ([ines.email], "Prowl <prowl@127.0.0.1>")
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", message.body)[1]
    form = client.get(link, follow=True).request["PATH_INFO"]
    password = "the tide table is late 4"
    assert client.post(form, {"password1": password, "password2": password}).status_code == 302
    ines.refresh_from_db()
    assert ines.check_password(password)
    client.logout()
    assert "This link does not work any more" in client.get(link, follow=True).content.decode()
    assert "log out" not in client.get("/").content.decode().lower()


def test_without_a_server_for_mail_whoever_waits_is_told(client, ines, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    client.raise_request_exception = False
    response = client.post("/accounts/password/reset/", {"email": ines.email})
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "No mail can be sent just now." in response.content.decode()


def sign_up(client, name: str, email: str = "ada@example.org"):
    return client.post("/accounts/signup/", {"username": name, "password1": PASSWORD, "email": email})


def test_an_open_session_alone_leads_no_mail_elsewhere(client, logged_in):
    sign_up(client, "ada")
    hers = logged_in(User.objects.get())
    asked = hers.post("/accounts/email/", {"action_add": "", "email": "evil@example.org"})
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert "Your password, once more" in hers.get(asked["Location"]).content.decode()
    assert not EmailAddress.objects.filter(email="evil@example.org").exists()
    assert hers.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    hers.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    assert EmailAddress.objects.filter(email="new@example.org").exists()


def test_signing_up_does_not_tell_whose_addresses_are_known(client):
    answers = [sign_up(Client(), name) for name in ("ada", "eve")]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert User.objects.filter(email="ada@example.org").count() == 2


@pytest.mark.parametrize("taken", [True, False])
def test_whoever_owns_an_account_hears_of_a_new_password_where_mail_is_taken(client, settings, taken):
    sign_up(client, "ada")
    mail.outbox.clear()
    if not taken:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    form = {"oldpassword": PASSWORD, "password1": "tide tables 4 all", "password2": "tide tables 4 all"}
    assert client.post("/accounts/password/change/", form).status_code == 302
    assert User.objects.get().check_password("tide tables 4 all")
    assert [message.to for message in mail.outbox] == [["ada@example.org"]] * taken
