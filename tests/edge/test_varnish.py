"""Varnish in front: what many read comes from it, nothing personal ever does, and a change is seen at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.conf import settings as current
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.module_loading import import_string

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.posts import services as posts
from apps.posts.values import Audience
from apps.web.views import feeds
from tests.servers.varnish import Varnish
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.shared]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def varnish(varnish_program, live_server, settings, monkeypatch, tmp_path):
    port = int(live_server.url.rpartition(":")[2])
    varnish = Varnish(tmp_path, backend=port)
    settings.PURGE_URLS = [f"http://127.0.0.1:{varnish.purges}"]
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr("apps.web.shared._PATIENCE_SECONDS", 0.25 * PATIENCE)
    yield varnish
    varnish.stop()


@pytest.fixture
def ada() -> User:
    user = User(username="ada")
    user.set_unusable_password()
    user.save()
    accounts.register_person(user=user, now=now())
    return user


def write(author: User, text: str, audience: Audience = Audience.PUBLIC):
    return posts.publish(author_id=author.pk, text=text, audience=audience, now=now())


def cookie_of(user: User) -> str:
    session = import_string(f"{current.SESSION_ENGINE}.SessionStore")()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{current.SESSION_COOKIE_NAME}={session.session_key}"


def test_a_shared_page_is_made_once_and_carries_nothing_of_anybodys(varnish, ada):
    write(ada, "Low water")
    assert varnish.get("/explore/")[0] == "miss"
    kind, body = varnish.get("/explore/", Cookie="theme=dark; csrftoken=abc")
    assert kind == "hit"
    assert "Low water" in body
    assert "csrfmiddlewaretoken" not in body
    _, headers, _ = varnish.ask("GET", "/explore/")
    assert not {"set-cookie", "xkey", "surrogate-control", "x-varnish", "via"} & {name.lower() for name in headers}
    assert headers["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_whoever_has_a_session_gets_a_page_of_their_own(varnish, ada):
    write(ada, "Low water")
    varnish.get("/")
    cookie = cookie_of(ada)
    for _ in range(3):
        kind, own = varnish.get("/", Cookie=cookie)
        assert kind == "miss"
        assert "log out" in own.lower()
    kind, shared = varnish.get("/")
    assert kind == "hit"
    assert "log out" not in shared.lower()
    _, headers, _ = varnish.ask("GET", "/", Cookie=cookie)
    assert headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/x.css", "/home;.js", "//", "/%2e%2e/", "/settings/profile/x.css", "/write/"])
def test_a_misleading_address_stores_nothing_of_anybodys(varnish, ada, path):
    cookie = cookie_of(ada)
    varnish.ask("GET", path, Cookie=cookie)
    _, headers, body = varnish.ask("GET", path)
    assert headers["X-Cache"] == "miss", "the answer to her was not kept"
    assert "log out" not in body.lower()
    assert "csrfmiddlewaretoken" not in body


def test_a_change_is_seen_at_once_on_every_page_that_shows_it(varnish, ada):
    head = write(ada, "Low water #lowwater")
    pages = ["/", "/explore/", "/@ada/", "/tags/lowwater/", f"/@ada/{head.id.hex}/"]
    for text, change in (
        ("High water", lambda: posts.edit(actor_id=ada.pk, post_id=head.id, text="High water #lowwater", now=now())),
        ("Countess", lambda: accounts.update_profile(
            person_id=ada.pk, display_name="Countess", bio="", links=[], locked=False, now=now()
        )),
    ):  # fmt: skip
        assert [varnish.get(page)[0] for page in pages] == ["miss"] * 5
        assert [varnish.get(page)[0] for page in pages] == ["hit"] * 5
        change()
        assert all(text in varnish.get(page)[1] for page in pages), text
        varnish.ask("PURGE", "/", port=varnish.purges, xkey_purge=f"public author:{ada.pk.hex}")


def test_a_post_with_heavy_tags_leaves_shared_pages_like_any_other(varnish, ada):
    """Each sign of a tag is up to twelve bytes of a header, and Varnish refuses long ones."""
    post = write(ada, "Once said")
    assert "Once said" in varnish.get("/explore/")[1]
    assert "Once said" in varnish.get("/@ada/")[1]
    marks = "".join(chr(0x1E000 + n) for n in range(7)) * 6
    tags = " ".join(f"#z{n}{marks}" for n in range(35))
    posts.edit(actor_id=ada.pk, post_id=post.id, text=f"Better said {tags}", now=now())
    assert "Once said" not in varnish.get("/explore/")[1]
    assert "Better said" in varnish.get("/@ada/")[1]


def test_what_is_deleted_or_made_private_is_gone_from_shared_pages(varnish, ada):
    first, second = write(ada, "First water"), write(ada, "Second water")
    for page in ("/explore/", "/@ada/"):
        assert "First water" in varnish.get(page)[1]
    posts.delete(actor_id=ada.pk, post_id=first.id, now=now())
    posts.edit(actor_id=ada.pk, post_id=second.id, text="Second water", audience=Audience.FOLLOWERS, now=now())
    for page in ("/explore/", "/@ada/"):
        assert "water" not in varnish.get(page)[1]
    write(ada, "Third water")
    assert "Third water" in varnish.get("/explore/")[1]


def test_an_erased_person_is_gone_from_shared_pages(varnish, ada):
    write(ada, "Low water")
    assert "Low water" in varnish.get("/explore/")[1]
    accounts.erase(person_id=ada.pk, now=now())
    assert "Low water" not in varnish.get("/explore/")[1]
    assert varnish.ask("GET", "/@ada/")[0] == 404


def test_purges_are_refused_where_people_come_in(varnish, ada):
    write(ada, "Low water")
    varnish.get("/explore/")
    assert varnish.ask("PURGE", "/", xkey_purge="public")[0] == 405
    assert varnish.get("/explore/")[0] == "hit"
    assert varnish.ask("GET", "/explore/", port=varnish.purges)[0] == 405
    assert varnish.ask("PURGE", "/", port=varnish.purges)[0] == 400


def test_many_at_once_cost_the_origin_one_page(varnish, ada, monkeypatch):
    write(ada, "Low water")
    computed, real = [], feeds._public

    def counted(*args, **more):
        computed.append(1)
        return real(*args, **more)

    monkeypatch.setattr(feeds, "_public", counted)
    monkeypatch.setattr("apps.web.shared.SHARED_SECONDS", 600)
    with ThreadPoolExecutor(50) as pool:
        bodies = set(pool.map(lambda _: varnish.get("/explore/")[1], range(500)))
    assert len(bodies) == 1
    assert len(computed) == 1


def test_an_origin_that_fails_leaves_the_page_standing_and_its_error_is_not_kept(varnish, ada, monkeypatch, settings):
    write(ada, "Low water")
    real = feeds._public

    def broken(*args, **more):
        raise RuntimeError("it broke")

    monkeypatch.setattr(feeds, "_public", broken)
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    assert varnish.ask("GET", "/explore/")[0] == 500
    monkeypatch.setattr(feeds, "_public", real)
    assert "Low water" in varnish.get("/explore/")[1]


def test_a_purge_that_is_lost_loses_nothing_else(varnish, ada, settings):
    settings.PURGE_URLS = ["http://127.0.0.1:9"]
    head = write(ada, "Low water")
    assert posts.edit(actor_id=ada.pk, post_id=head.id, text="High water", now=now()).id == head.id
