import re

import pytest
from django.urls import reverse

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


def ids_on(response) -> list[str]:
    return re.findall(r'<article class="[^"]*" id="p-([0-9a-f]{32})"', response.content.decode())


def test_anybodys_home_has_neither_cookie_nor_token(client, person, write):
    write(person("ines"), "Low water.")
    response = client.get("/")
    assert "Low water." in response.content.decode()
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert not response.cookies
    assert response["Cache-Control"] == "public, max-age=0, must-revalidate"


@pytest.mark.parametrize("path", ["/explore/", "/tags/lowwater/", "/@ines/", "/@ines/followers/", "/@ines/following/"])
def test_anybodys_pages_have_neither_cookie_nor_token(client, person, write, path):
    write(person("ines"), "7:00, third step, 41 cm. #lowwater")
    response = client.get(path)
    assert response.status_code == 200
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert not response.cookies


def test_home_shows_whom_one_follows_and_oneself_only(person, write, follow, logged_in):
    jun, ines, max = person("jun"), person("ines"), person("max")
    follow(jun, ines)
    followed, own, other = write(ines, "Followed."), write(jun, "Own."), write(max, "Other.")
    response = logged_in(jun).get("/")
    assert ids_on(response) == [own.id.hex, followed.id.hex]
    assert other.id.hex not in response.content.decode()


def test_a_personal_page_is_kept_nowhere(person, logged_in):
    client = logged_in(person("jun"))
    for path in ("/", "/explore/", "/@jun/", "/requests/", "/settings/profile/", "/settings/muted/", "/write/"):
        assert client.get(path)["Cache-Control"] == "private, no-store"


def test_an_empty_home_says_so_and_names_people(person, write, logged_in):
    write(person("ines"), "Somebody writes.")
    html = logged_in(person("jun")).get("/").content.decode()
    assert "Quiet so far" in html
    assert 'aria-label="Follow ines"' in html


def test_older_posts_lead_to_the_first_and_back_without_a_repeat(person, write, logged_in):
    jun = person("jun")
    written = [write(jun, f"Post {number}").id.hex for number in range(45)]
    client, path, walked = logged_in(jun), "/", []
    while path:
        response = client.get(path)
        walked += ids_on(response)
        found = re.search(r'rel="next" href="([^"]+)"', response.content.decode())
        path = found and found[1]
    assert walked == written[::-1]
    assert "back to the first" in response.content.decode()
    newer = re.search(r'rel="prev" href="([^"]+)"', response.content.decode())
    assert ids_on(client.get(newer[1])) == walked[20:40]


@pytest.mark.parametrize("cursor", ["-1", "9" * 400, "%00", "zzz", "' or 1=1", "٣" * 32, "{'$gt': ''}", "0192f3"])
@pytest.mark.parametrize("path", ["/", "/explore/", "/tags/lowwater/", "/@ines/"])
def test_a_cursor_that_is_no_id_is_named_on_a_page(client, person, path, cursor):
    person("ines")
    response = client.get(f"{path}?before={cursor}")
    assert response.status_code == 400
    assert "is not an id" in response.content.decode()
    assert client.get(f"{path}?after={cursor}").status_code == 400


@pytest.mark.parametrize("cursor", ["0" * 32, "f" * 32])
def test_any_id_is_a_position(person, write, logged_in, cursor):
    jun = person("jun")
    write(jun, "Here.")
    for name in ("before", "after"):
        assert logged_in(jun).get(f"/?{name}={cursor}").status_code == 200


def test_a_repost_says_through_whom_it_came(person, write, follow, logged_in, clock):
    from apps.posts import services

    jun, ines, max = person("jun"), person("ines"), person("max")
    follow(jun, ines)
    post = write(max, "Worth reading.")
    services.repost(actor_id=ines.pk, post_id=post.id, now=clock())
    html = logged_in(jun).get("/").content.decode()
    assert post.id.hex in html
    assert 'Reposted by <a href="/@ines/"><bdi>ines</bdi></a>' in html


def test_a_tag_that_nobody_used_has_a_page(client, db):
    response = client.get(reverse("web:tag", args=["silence"]))
    assert response.status_code == 200
    assert "Nothing with this tag" in response.content.decode()


def test_a_tag_is_found_however_it_is_written(client, person, write):
    write(person("ines"), "#LowWater")
    assert "lowwater" in client.get("/tags/LOWWATER/").content.decode().lower()
    assert ids_on(client.get("/tags/LOWWATER/"))


def test_markup_in_a_post_is_shown_inert(client, person, write):
    write(person("ines"), "<script>alert(1)</script> {{7*7}} <img src=x onerror=alert(1)>")
    html = client.get("/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in html
    assert "<img" not in html
