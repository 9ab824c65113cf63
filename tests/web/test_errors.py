"""Pages for what goes wrong, in the design, with the right status."""

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from apps.core.errors import Refused, Unavailable
from apps.web.views import errors

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize("path", ["/nowhere/", "/@ines/zzz/", "/tags/", "/home/x.css", "/explore/..;/x", "/%2e%2e/"])
def test_an_address_that_is_not_there_has_a_page(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "This page is not here" in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"


def test_a_tag_that_can_be_none_is_named(client):
    response = client.get("/tags/%25%25/")
    assert response.status_code == 404
    assert "is no tag" in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/explore/", "/requests/"])
def test_a_page_that_only_shows_takes_no_form(client, path):
    assert client.post(path).status_code == 405


def test_a_fault_of_ours_is_owned_and_asks_no_store(client, person, monkeypatch, django_assert_num_queries):
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):
        response = errors.server_error(request)
    assert response.status_code == 500
    assert "The fault is ours" in response.content.decode()


def test_a_view_that_breaks_answers_with_the_page(monkeypatch, person):
    from apps.timelines import selectors

    def broken(**_):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(selectors, "public", broken)
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert "The fault is ours" in response.content.decode()


def test_a_store_that_does_not_answer_says_when_to_come_back():
    response = errors.refused(RequestFactory().get("/"), Unavailable("The journal does not answer."))
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert "The journal does not answer." in response.content.decode()


def test_a_database_that_does_not_answer_is_said_so_whatever_was_asked(monkeypatch, person):
    from apps.timelines import selectors

    def lost(**_):
        raise OperationalError("connection refused")

    person("ines")
    monkeypatch.setattr(selectors, "profile", lost)
    response = Client(raise_request_exception=False).get("/@ines/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response["Cache-Control"] == "private, no-store"


def test_what_was_typed_is_kept_on_an_error_page():
    request = RequestFactory().post("/@ines/", {"text": "My <text>", "do": "reply", "key": "abc"})
    html = errors.refused(request, Unavailable("Not now.")).content.decode()
    assert ">My &lt;text&gt;</textarea>" in html
    assert '<input type="hidden" name="do" value="reply">' in html
    assert 'name="key" value="abc"' in html


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 422, 429, 503])
def test_every_refusal_has_its_page(status):
    response = errors.refused(RequestFactory().get("/"), Refused("Because of that.", status=status))
    assert response.status_code == status
    assert "Because of that." in response.content.decode()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/accounts/login/", "Welcome back"),
        ("/accounts/signup/", "Name people will know you by"),
        ("/accounts/password/reset/", "Forgotten your password?"),
        ("/accounts/password/reset/done/", "Look into your mail"),
        ("/accounts/inactive/", "This account is closed"),
    ],
)
def test_pages_of_accounts_are_in_our_design(client, path, words):
    html = client.get(path).content.decode()
    assert words in html
    assert "prowl.css" in html


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/accounts/logout/", "Log out?"),
        ("/accounts/password/set/", "Your account has none yet."),
        ("/accounts/email/", "Add an address"),
    ],
)
def test_pages_of_ones_own_account_are_in_our_design(person, logged_in, path, words):
    html = logged_in(person("jun")).get(path).content.decode()
    assert words in html
    assert "prowl.css" in html


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/nowhere/", "/admin/login/"])
def test_every_page_forbids_what_is_not_its_own(client, path):
    policy = client.get(path)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
