"""What nobody may do to a page: forge a form, keep a session, lead elsewhere, name what is another's."""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from apps.accounts.models import User
from apps.core import ids
from apps.posts.models import Post
from apps.posts.values import Audience

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
HOSTILE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "\t//e",
]
ARGUMENTS = {"name": "ines", "post_id": "0" * 31 + "1", "tag": "tea", "uidb36": "1", "key": "k", "user_id": "1"}


def addresses(resolver: URLResolver | None = None, prefix: str = "/") -> list[str]:
    """Return every address of the site, but the admin's, with made-up arguments."""
    found = []
    for pattern in (resolver or get_resolver()).url_patterns:
        if getattr(pattern, "app_name", "") == "admin":
            continue
        path = prefix + getattr(pattern.pattern, "_route", "")
        if isinstance(pattern, URLResolver):
            found += addresses(pattern, path)
        elif isinstance(pattern, URLPattern) and "_route" in vars(pattern.pattern):
            for name, value in ARGUMENTS.items():
                for kind in ("str:", "hexid:", "uuid:", "slug:", ""):
                    path = path.replace(f"<{kind}{name}>", value)
            found.append(path)
    return found


def test_no_address_takes_a_form_without_its_token(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("jun"))
    person("ines")
    answers = {path: client.post(path, {"text": "x", "key": "k", "do": "follow"}).status_code for path in addresses()}
    assert {"/write/", "/@ines/", "/accounts/login/", "/accounts/signup/", "/settings/profile/"} <= set(answers)
    assert {path: status for path, status in answers.items() if status not in (403, 404, 405)} == {}


def test_logging_in_changes_the_session(client):
    User.objects.create_user(username="jun", password="a long way home 9")
    client.get("/accounts/login/")
    client.session["planted"] = "by somebody"
    client.session.save()
    before = client.session.session_key
    answer = client.post("/accounts/login/", {"login": "jun", "password": "a long way home 9"})
    assert answer.status_code == 302
    assert client.session.session_key != before
    assert before is None or not client.session.__class__(before).load()


@pytest.mark.parametrize("target", HOSTILE)
def test_no_form_leads_elsewhere(person, logged_in, target):
    client = logged_in(person("jun"))
    person("ines")
    for path, form in (("/@ines/", {"do": "follow", "key": "k"}), ("/accounts/logout/", {})):
        location = client.post(path, {**form, "next": target})["Location"]
        assert location.startswith("/")
        assert "evil" not in location


def test_what_is_not_for_somebody_is_not_there_for_them(person, logged_in, write):
    ines, jun = person("ines"), person("jun")
    hidden = [write(ines, "Secret.", audience=audience) for audience in (Audience.FOLLOWERS, Audience.MENTIONED)]
    client = logged_in(jun)
    for post in [*hidden, None]:
        base = f"/@ines/{(post.id if post else ids.NIL).hex}/"
        assert client.get(base).status_code == 404
        for what in ("edit/", "delete/"):
            assert client.get(base + what).status_code == 404
            assert client.post(base + what, {"text": "Mine.", "key": "k", "audience": "public"}).status_code == 404
        for do in ("like", "repost", "reply"):
            assert client.post(base, {"do": do, "text": "Hm.", "key": do, "audience": "public"}).status_code == 404
    assert Post.objects.count() == 2


def test_nobody_edits_or_deletes_what_another_wrote(person, logged_in, write):
    post = write(person("ines"), "For everybody.")
    client = logged_in(person("jun"))
    for what in ("edit/", "delete/"):
        answer = client.post(f"/@ines/{post.id.hex}/{what}", {"text": "Mine.", "key": "k", "audience": "public"})
        assert answer.status_code == 404
    row = Post.objects.get()
    assert (row.text, row.standing) == ("For everybody.", True)


@pytest.mark.parametrize("name", ["before", "after"])
@pytest.mark.parametrize("cursor", ["-1", "9" * 50, "\x00", "zz", "{'$gt': ''}", "' OR 1=1 --", "{{7*7}}", "٣" * 32])
def test_a_cursor_that_is_no_id_is_named(person, logged_in, name, cursor):
    client = logged_in(person("jun"))
    for path in ("/", "/explore/", "/@jun/", "/tags/tea/"):
        answer = client.get(path, {name: cursor})
        assert answer.status_code == 400
        assert f"{name} " in answer.content.decode()


@pytest.mark.parametrize("cursor", [ids.NIL, ids.MAX, UUID(int=1), UUID(int=2**127)])
def test_any_id_is_a_cursor(person, logged_in, write, cursor):
    jun = person("jun")
    post = write(jun, "The only one.")
    client = logged_in(jun)
    for path in ("/", "/explore/", "/@jun/"):
        for name, shown in (("before", post.id < cursor), ("after", post.id > cursor)):
            answer = client.get(path, {name: cursor.hex})
            assert answer.status_code == 200
            assert ("The only one." in answer.content.decode()) == shown


def test_a_cursor_whose_post_was_deleted_goes_on(person, logged_in, write):
    jun = person("jun")
    posts = [write(jun, f"Number {number}.") for number in range(3)]
    client = logged_in(jun)
    client.post(f"/@jun/{posts[1].id.hex}/delete/", {"key": "k"})
    html = client.get("/", {"before": posts[1].id.hex}).content.decode()
    assert ["Number 0." in html, "Number 1." in html, "Number 2." in html] == [True, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{{7*7}} {% load x %}",
        '{"$gt": ""}',
        "'; DROP TABLE posts; --",
        "a\r\nSet-Cookie: x=1",
        "\u202eevil\u202c \u200bzero",
        "https://a.example/\"onmouseover='x'",
    ],
)
def test_what_looks_like_a_program_is_shown_as_text(person, logged_in, text):
    client = logged_in(person("jun"))
    assert client.post("/write/", {"text": text, "audience": "public", "key": "k"}).status_code == 303
    html = client.get("/").content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert ("{{7*7}}" in html) == ("{{7*7}}" in text)
    assert ' onmouseover="' not in html
    assert Post.objects.get().text == text.replace("\r\n", "\n")


@pytest.mark.parametrize("body", [b"text=%ff%fe&audience=public&key=k", b"text=%ed%a0%80&audience=public&key=k"])
def test_bytes_that_are_no_text_are_refused_or_replaced(person, logged_in, body):
    answer = logged_in(person("jun")).post("/write/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (303, 400)


def test_many_mentions_are_refused_at_once(person, logged_in):
    answer = logged_in(person("jun")).post("/write/", {"text": "@a " * 100_000, "audience": "public", "key": "k"})
    assert answer.status_code == 400
    assert not Post.objects.exists()
