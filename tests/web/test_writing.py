"""Writing, changing and deleting by the pages' forms; nothing typed is lost, nothing is done twice."""

import re

import pytest
from django.test import Client

from apps.posts import selectors
from apps.posts.models import Post
from apps.posts.values import Audience

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


def send(client, text: str, *, key: str = "k1", path: str = "/write/", audience: str = "public", **more: str):
    return client.post(path, {"text": text, "audience": audience, "key": key, **more})


def test_a_post_is_taken_and_leads_home(person, logged_in):
    client = logged_in(person("jun"))
    response = send(client, "High water 07:58.")
    assert (response.status_code, response["Location"]) == (303, "/")
    assert "High water 07:58." in client.get("/").content.decode()


def test_sending_twice_posts_once(person, logged_in):
    client = logged_in(person("jun"))
    assert [send(client, "Once.").status_code for _ in range(3)] == [303, 303, 303]
    assert Post.objects.count() == 1


def test_a_key_used_for_another_text_is_refused_and_the_text_kept(person, logged_in):
    client = logged_in(person("jun"))
    send(client, "One.")
    response = send(client, "Another.")
    html = response.content.decode()
    assert response.status_code == 422
    assert ">Another.</textarea>" in html
    assert 'value="k1"' not in html
    assert Post.objects.count() == 1


def test_the_key_of_one_person_is_not_the_key_of_another(person, logged_in):
    for name in ("jun", "ines"):
        assert send(logged_in(person(name)), f"By {name}.").status_code == 303
    assert Post.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing to see"),
        (" \n\u200b ", "nothing to see"),
        ("a" * 501, "1 too many"),
        ("nul\x00here", "control character"),
        ("e" + "\u0301" * 6000, "bytes"),
    ],
)
def test_a_text_that_is_refused_stays_in_the_form(person, logged_in, text, said):
    response = send(logged_in(person("jun")), text)
    html = response.content.decode()
    assert response.status_code == 400
    assert said in html
    assert 'role="alert"' in html
    assert 'aria-invalid="true"' in html
    assert (text.strip() or "</textarea>")[:40] in html


def test_ten_megabytes_are_a_clear_no(person, logged_in):
    response = send(logged_in(person("jun")), "a" * 10_000_000)
    assert response.status_code in (400, 413)


def test_an_unknown_audience_names_those_that_there_are(person, logged_in):
    response = send(logged_in(person("jun")), "For whom?", audience="{'$gt': ''}")
    assert response.status_code == 400
    assert "public, unlisted, followers, mentioned" in response.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_composer_is_for_people_who_are_logged_in(client, db, method):
    response = getattr(client, method)("/write/")
    assert response.status_code == 303
    assert response["Location"].startswith("/accounts/login/?next=/")


def test_a_form_without_its_token_is_refused(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("jun"))
    response = send(client, "From elsewhere.")
    assert response.status_code == 403
    assert "This form is too old" in response.content.decode()
    assert not Post.objects.exists()


def test_every_form_carries_token_and_key(person, logged_in):
    user = person("jun")
    html = logged_in(user).get("/").content.decode()
    forms = re.findall(r'<form[^>]*method="post".*?</form>', html, re.DOTALL)
    assert len(forms) == 2
    for form in forms:
        assert 'name="csrfmiddlewaretoken"' in form
        assert 'name="key"' in form


def test_a_site_that_takes_nothing_keeps_text_and_key(person, logged_in, settings):
    client = logged_in(person("jun"))
    settings.READ_ONLY = True
    response = send(client, "Later, then.", key="mine")
    html = response.content.decode()
    assert response.status_code == 503
    assert response["Retry-After"]
    assert ">Later, then.</textarea>" in html
    assert 'value="mine"' in html


def test_an_edit_changes_the_post_and_may_make_its_circle_smaller(person, logged_in, write):
    jun = person("jun")
    post, client = write(jun, "Low watr."), logged_in(jun)
    path = f"/@jun/{post.id.hex}/edit/"
    assert ">Low watr.</textarea>" in client.get(path).content.decode()
    response = send(client, "Low water.", path=path, audience="followers")
    assert response["Location"] == f"/@jun/{post.id.hex}/"
    stored = selectors.posts(ids=[post.id])[post.id]
    assert (stored.text, stored.audience) == ("Low water.", Audience.FOLLOWERS)
    assert "edited" in client.get(f"/@jun/{post.id.hex}/").content.decode()


def test_an_edit_can_not_open_a_post(person, logged_in, write):
    jun = person("jun")
    post = write(jun, "For few.", audience=Audience.FOLLOWERS)
    client, path = logged_in(jun), f"/@jun/{post.id.hex}/edit/"
    assert 'value="public"' not in client.get(path).content.decode()
    response = send(client, "For all.", path=path, audience="public")
    assert response.status_code == 400
    assert ">For all.</textarea>" in response.content.decode()


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_anothers_post_looks_as_if_it_were_not_there(person, logged_in, write, act):
    post, client = write(person("ines"), "Mine."), logged_in(person("jun"))
    path = f"/@ines/{post.id.hex}/{act}/"
    assert client.get(path).status_code == 404
    assert send(client, "Yours now.", path=path).status_code == 404
    assert selectors.posts(ids=[post.id])[post.id].text == "Mine."


def test_deleting_asks_first_and_then_is_done(person, logged_in, write):
    jun = person("jun")
    post, client = write(jun, "Gone soon."), logged_in(jun)
    path = f"/@jun/{post.id.hex}/delete/"
    html = client.get(path).content.decode()
    assert "<dialog open" in html
    assert "Replies to it stay." in html
    assert client.post(path, {"key": "k", "next": f"/@jun/{post.id.hex}/"})["Location"] == "/"
    home = client.get("/").content.decode()
    assert "Post deleted." in home
    assert "Gone soon." not in home
    assert client.get(f"/@jun/{post.id.hex}/").status_code == 404
    assert client.get(path).status_code == 404


def test_a_deletion_that_is_not_through_is_sent_again_until_it_is(person, logged_in, write, settings):
    jun = person("jun")
    post, client = write(jun, "Gone soon."), logged_in(jun)
    path, here = f"/@jun/{post.id.hex}/delete/", settings.TIMELINES
    settings.TIMELINES = {"BACKEND": "apps.timelines.backends.query.Timelines", "OPTIONS": {}}
    assert [client.post(path, {"key": key}).status_code for key in ("k", "k", "another")] == [503] * 3
    settings.TIMELINES = here
    assert [client.post(path, {"key": "k"}).status_code for _ in range(2)] == [303, 303]


def test_a_text_that_comes_when_one_is_logged_out_is_kept(client, person):
    person("jun")
    response = send(client, "Long thought of.")
    html = response.content.decode()
    assert response.status_code == 403
    assert "You are logged out" in html
    assert ">Long thought of.</textarea>" in html
    assert 'href="/accounts/login/?next=/write/"' in html
    assert client.post("/write/", {}).status_code == 303


@pytest.mark.parametrize(("site", "kept"), [("same-origin", True), ("cross-site", False), ("", False)])
def test_a_text_with_an_old_token_is_kept_if_it_is_from_a_page_of_ours(person, site, kept):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("jun"))
    headers = {"Sec-Fetch-Site": site} if site else {}
    response = client.post(
        "/write/", {"text": "From a tab of yesterday", "csrfmiddlewaretoken": "old"}, headers=headers
    )
    assert response.status_code == 403
    assert (">From a tab of yesterday</textarea>" in response.content.decode()) is kept


@pytest.mark.parametrize(
    "path", ["/accounts/password/change/", "/accounts/email/", "/accounts/password/reset/", "/@jun/"]
)
def test_a_site_that_takes_nothing_takes_no_form(person, logged_in, settings, path):
    """Or it would be lost with the old site, when a back-up of it is restored elsewhere."""
    client = logged_in(person("jun"))
    settings.READ_ONLY = True
    response = client.post(path, {"email": "jun@example.org", "do": "follow"})
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "is being moved or restored" in client.get("/").content.decode()
    assert client.post("/accounts/logout/").status_code == 302
    settings.READ_ONLY = False
    assert "is being moved or restored" not in client.get("/explore/").content.decode()
