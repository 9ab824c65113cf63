"""A forgotten password: the link that is sent opens the account again, and a server for mail that is away is told."""

import re

import pytest
from django.core import mail

from deploy.bin.tier.ports import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


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
