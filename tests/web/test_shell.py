"""A page in a shell is the page that its template makes, whoever looks at it."""

import re

import pytest
from django.shortcuts import render
from django.test import override_settings

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.graph import services as graph
from apps.web import shell
from apps.web.compose import Compose

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def plainly(request, template, *, viewer, section, feed, today):
    more = {"viewer": viewer, "section": section, "feed": feed, "today": today, "form": Compose.blank()}
    return render(request, template, more)


def without_secrets(html: str) -> str:
    return re.sub(r'(name="(?:key|csrfmiddlewaretoken)" value=)"\w+"', r'\1"…"', html)


@pytest.fixture
def jun(person, write, logged_in):
    user = person("jun")
    write(user, "High water.")
    return logged_in(user)


def both(client, monkeypatch, path: str = "/") -> tuple[str, str]:
    """Return the page in its shell, and as its template makes it."""
    drawn = client.get(path).content.decode()
    with monkeypatch.context() as patched:
        patched.setattr(shell, "page", plainly)
        plain = client.get(path).content.decode()
    assert shell._MARK not in drawn
    return without_secrets(drawn), without_secrets(plain)


@pytest.mark.parametrize("path", ["/", '/?x="<b>&after=00000000000000000000000000000001'])
def test_it_is_what_the_template_makes(jun, monkeypatch, path):
    drawn, plain = both(jun, monkeypatch, path)
    assert drawn == plain
    assert drawn.count("<article") == 1


def test_it_shows_who_waits_to_follow(person, jun, monkeypatch, clock):
    me = User.objects.get(username="jun")
    accounts.update_profile(person_id=me.pk, display_name="Jun <3", bio="", links=[], locked=True, now=clock())
    assert both(jun, monkeypatch)[0].count("Requests") == 1
    graph.follow(actor_id=person("ada").pk, person_id=me.pk, now=clock())
    drawn, plain = both(jun, monkeypatch)
    assert drawn == plain
    assert '<span class="count">1<span' in drawn


def test_each_form_has_a_key_and_a_token_of_its_own_request(jun):
    keys = [re.findall(r'name="key" value="(\w{32})"', jun.get("/").content.decode()) for _ in range(2)]
    assert len({key for found in keys for key in found}) == 4


def test_it_follows_the_settings(jun):
    assert "500<span" in jun.get("/").content.decode()
    with override_settings(POST_LENGTH=77):
        assert "77<span" in jun.get("/").content.decode()


def test_what_was_just_done_is_said_on_the_page(jun, person, write):
    other = write(User.objects.get(username="jun"), "Low water.")
    jun.post(f"/@jun/{other.id.hex}/delete/", {"key": "k"})
    assert "Post deleted." in jun.get("/").content.decode()
    assert "Post deleted." not in jun.get("/").content.decode()
