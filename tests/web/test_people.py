"""What people do about each other, by the buttons of the pages."""

from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.utils import timezone

from apps.accounts.services import suspend, update_profile
from apps.graph.selectors import relation

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


def press(client, name: str, do: str, **more: str):
    return client.post(f"/@{name}/", {"do": do, "key": "k", **more})


@pytest.fixture
def two(person, logged_in):
    """Two people, and the browser of the first."""
    jun, ines = person("jun"), person("ines")
    return jun, ines, logged_in(jun)


@pytest.fixture
def lock(clock):
    def lock(user) -> None:
        update_profile(person_id=user.pk, display_name="", bio="", links=[], locked=True, now=clock())

    return lock


def standing(one, other):
    return relation(viewer_id=one.pk, person_id=other.pk)


def test_following_changes_the_button_and_unfollowing_changes_it_back(two):
    jun, ines, client = two
    assert 'aria-label="Follow ines">Follow<' in client.get("/@ines/").content.decode()
    assert press(client, "ines", "follow")["Location"] == "/@ines/"
    assert 'aria-pressed="true" aria-label="Following ines"' in client.get("/@ines/").content.decode()
    press(client, "ines", "unfollow")
    assert not standing(jun, ines).following


def test_following_back_says_so(two, follow):
    jun, ines, client = two
    follow(ines, jun)
    html = client.get("/@ines/").content.decode()
    assert "Follow back" in html
    assert "follows you" in html


def test_a_request_waits_until_it_is_answered(two, lock, logged_in):
    jun, ines, client = two
    lock(ines)
    press(client, "ines", "follow")
    assert "Requested" in client.get("/@ines/").content.decode()
    hers = logged_in(ines)
    waiting = hers.get("/requests/").content.decode()
    assert 'aria-label="Approve jun"' in waiting
    assert '<span class="count">1<span class="vh"> waiting' in waiting
    assert press(hers, "jun", "accept", next="/requests/")["Location"] == "/requests/"
    assert standing(jun, ines).following
    assert "Nobody is waiting" in hers.get("/requests/").content.decode()


def test_a_request_may_be_declined_or_withdrawn(two, lock, logged_in):
    jun, ines, client = two
    lock(ines)
    press(client, "ines", "follow")
    press(logged_in(ines), "jun", "reject")
    assert not standing(jun, ines).requested
    press(client, "ines", "follow", key="k2")
    press(client, "ines", "cancel", key="k2")
    assert not standing(jun, ines).requested


def test_accepting_what_was_withdrawn_says_so(two, logged_in):
    _, ines, _ = two
    response = press(logged_in(ines), "jun", "accept")
    assert response.status_code == 409
    assert "withdrawn" in response.content.decode()


def test_removing_a_follower_ends_it(two, follow):
    jun, ines, client = two
    follow(ines, jun)
    press(client, "ines", "remove")
    assert not standing(jun, ines).followed_by


def test_blocking_asks_first_and_parts_both(two, follow, write, logged_in):
    jun, ines, client = two
    follow(jun, ines)
    follow(ines, jun)
    post = write(ines, "Not for jun.")
    assert "<dialog open" in client.get("/@ines/block/").content.decode()
    press(client, "ines", "block")
    html = client.get("/@ines/").content.decode()
    assert "Unblock" in html
    assert "Not for jun." not in html
    assert client.get(f"/@ines/{post.id.hex}/").status_code == 404
    assert 'aria-label="Unblock ines"' in client.get("/settings/blocked/").content.decode()
    press(client, "ines", "unblock")
    assert "Not for jun." in client.get("/@ines/").content.decode()


@pytest.mark.parametrize(("until", "length"), [("1h", 3600), ("1d", 86_400), ("7d", 604_800)])
def test_a_mute_lasts_as_long_as_chosen(two, until, length):
    jun, ines, client = two
    assert f'value="{until}"' in client.get("/@ines/mute/").content.decode()
    press(client, "ines", "mute", until=until)
    left = standing(jun, ines).muted_until - timezone.now()
    assert timedelta(seconds=length - 60) < left <= timedelta(seconds=length)
    assert press(client, "ines", "mute", until=until).status_code == 303


def test_a_mute_without_end_is_listed_and_lifted(two, follow, write):
    jun, ines, client = two
    follow(jun, ines)
    write(ines, "Chatter.")
    press(client, "ines", "mute", until="")
    assert "Chatter." not in client.get("/").content.decode()
    assert "Chatter." in client.get("/@ines/").content.decode()
    assert 'aria-label="Unmute ines"' in client.get("/settings/muted/").content.decode()
    press(client, "ines", "unmute")
    assert "Chatter." in client.get("/").content.decode()


@pytest.mark.parametrize("until", ["2h", "-1", "\x00", "9" * 100])
def test_a_mute_of_another_length_is_named(two, until):
    _, _, client = two
    response = press(client, "ines", "mute", until=until)
    assert response.status_code == 400
    assert "Choose one of" in response.content.decode()


def test_nobody_follows_themselves(two):
    _, _, client = two
    assert press(client, "jun", "follow").status_code == 400


@pytest.mark.parametrize("name", ["nobody_here", "x" * 200, "%00", "ínes", "{'$gt':''}"])
def test_nobody_of_that_name_is_a_page(client, db, name):
    response = client.get(f"/@{name}/")
    assert response.status_code == 404
    assert "Nobody here is called" in response.content.decode()


def test_a_name_is_found_however_it_is_written(client, person):
    person("Ines")
    assert client.get("/@iNES/").status_code == 200


def test_a_suspended_persons_page_is_not_there(client, person, clock):
    ines = person("ines")
    suspend(person_id=ines.pk, by=ines.pk, now=clock())
    for path in ("/@ines/", "/@ines/followers/"):
        assert client.get(path).status_code == 404


def test_followers_and_following_are_listed_newest_first_and_paged(person, follow, client):
    ines = person("ines")
    names = [f"f{number:02}" for number in range(45)]
    for name in names:
        follow(person(name), ines)
    first = client.get("/@ines/followers/").content.decode()
    assert first.count('<li class="person">') == 40
    assert first.index("@f44<") < first.index("@f43<")
    more = first.split('">More people')[0].rpartition('href="')[2]
    assert client.get(more).content.decode().count('<li class="person">') == 5
    assert client.get("/@f01/following/").content.decode().count('<li class="person">') == 1


@pytest.mark.parametrize("do", ["", "marry", "follow\x00", "{'$gt':''}"])
def test_what_can_not_be_done_to_a_person_is_named(two, do):
    _, _, client = two
    assert press(client, "ines", do).status_code == 400


@pytest.mark.parametrize("path", ["/requests/", "/settings/profile/", "/settings/muted/", "/@ines/mute/"])
def test_ones_own_pages_lead_to_log_in(client, db, path):
    assert unquote(client.get(path)["Location"]) == f"/accounts/login/?next={path}"


def test_who_is_suspended_is_named_to_nobody(two, follow, logged_in, person, write, client):
    jun, ines, hers = two
    gone = person("gone")
    update_profile(person_id=gone.pk, display_name="Gone Girl", bio="", links=[], locked=False, now=timezone.now())
    follow(gone, ines)
    follow(ines, gone)
    post = write(ines, "Who is there?")
    said = write(gone, "I am.", parent=post.id)
    write(jun, "Who?", parent=said.id)
    pages = ["/@ines/followers/", "/@ines/following/", f"/@ines/{post.id.hex}/"]
    assert all("Gone Girl" in client.get(path).content.decode() for path in pages)
    suspend(person_id=gone.pk, by=ines.pk, now=timezone.now())
    assert not [path for path in pages if "Gone Girl" in client.get(path).content.decode()]
    assert hers.get("/@gone/mute/").status_code == hers.get("/@gone/block/").status_code == 404
    assert press(hers, "gone", "block")["Location"] == "/@gone/"
    assert "Gone Girl" in hers.get("/settings/blocked/").content.decode()
    assert press(hers, "gone", "unblock").status_code == 303


@pytest.mark.database
def test_a_name_that_no_database_takes_is_nobodys(client):
    assert client.get("/@a%00b/").status_code == 404
