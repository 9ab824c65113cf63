import re

import pytest
from django.utils import timezone

from apps.graph.counters import recount_pending, values
from apps.posts import selectors, services
from apps.posts.counting import POSTS, counts_of
from apps.posts.values import Audience

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


def press(client, path: str, do: str, **more: str):
    return client.post(path, {"do": do, "key": "k", "next": "/explore/", **more})


@pytest.fixture
def talk(person, write):
    """A post by ines, a reply by max, one to that by ines, and one beside it by jun."""
    ines, max, jun = person("ines"), person("max"), person("jun")
    first = write(ines, "The river is low.")
    reply = write(max, "How low?", parent=first.id)
    answer = write(ines, "Third step.", parent=reply.id)
    beside = write(jun, "I saw the chair.", parent=first.id)
    return jun, first, reply, answer, beside


def order_on(response) -> list[str]:
    return re.findall(r'<article class="[^"]*" id="p-([0-9a-f]{32})"', response.content.decode())


def test_a_thread_shows_what_led_to_the_post_and_what_was_answered(client, talk):
    _, first, reply, answer, beside = talk
    whole = client.get(f"/@ines/{first.id.hex}/")
    assert order_on(whole) == [post.id.hex for post in (first, reply, answer, beside)]
    assert "3 replies" in whole.content.decode()
    part = client.get(f"/@max/{reply.id.hex}/")
    assert order_on(part) == [post.id.hex for post in (first, reply, answer)]
    assert "1 reply" in part.content.decode()


def test_a_title_says_who_and_what(client, talk):
    _, first, *_ = talk
    assert "<title>ines: “The river is low.” · " in client.get(f"/@ines/{first.id.hex}/").content.decode()


def test_replies_are_paged_oldest_first(client, talk, write, person):
    _, first, *_ = talk
    anna = person("anna")
    late = [write(anna, f"Late {number}", parent=first.id).id.hex for number in range(60)]
    response = client.get(f"/@ines/{first.id.hex}/")
    more = re.search(r'rel="next" href="([^"]+)"', response.content.decode())[1]
    assert order_on(response)[1:] + order_on(client.get(more))[1:] == [post.id.hex for post in talk[2:]] + late


def test_what_many_posts_stand_on_is_said_within_the_room_that_proxies_have(client, talk, write, person):
    _, first, *_ = talk
    path = f"/@ines/{first.id.hex}/"
    assert f"post:{first.id.hex}" in client.get(path)["xkey"]
    anna = person("anna")
    for number in range(60):
        write(anna, f"Late {number}", parent=first.id)
    response = client.get(path)
    assert response["xkey"] == "public"
    assert sum(len(name) + len(value) + 4 for name, value in response.items()) < 4000


def test_a_reply_appears_under_its_post(talk, logged_in):
    jun, first, *_ = talk
    client, path = logged_in(jun), f"/@ines/{first.id.hex}/"
    response = client.post(path, {"do": "reply", "text": "Is it blue?", "audience": "public", "key": "r"})
    assert response.status_code == 303
    assert re.fullmatch(rf"{path}#p-[0-9a-f]{{32}}", response["Location"])
    assert "Is it blue?" in client.get(path).content.decode()


def test_a_reply_that_is_refused_stays_in_its_form(talk, logged_in):
    jun, first, *_ = talk
    response = logged_in(jun).post(f"/@ines/{first.id.hex}/", {"do": "reply", "text": "x" * 600, "key": "r"})
    assert response.status_code == 400
    assert "100 too many" in response.content.decode()
    assert f">{'x' * 600}</textarea>" in response.content.decode()


def test_a_reply_among_mentioned_people_begins_with_their_names(person, write, logged_in):
    ines, jun, max = person("ines"), person("jun"), person("max")
    post = write(ines, "@jun @max between us", audience=Audience.MENTIONED)
    html = logged_in(jun).get(f"/@ines/{post.id.hex}/").content.decode()
    assert ">@ines @max </textarea>" in html
    assert '<option value="public"' not in html
    assert logged_in(max).get(f"/@ines/{post.id.hex}/").status_code == 200
    assert logged_in(person("eve")).get(f"/@ines/{post.id.hex}/").status_code == 404


def test_a_like_is_given_and_taken_back(talk, logged_in):
    jun, first, *_ = talk
    client, path = logged_in(jun), f"/@ines/{first.id.hex}/"
    response = press(client, path, "like")
    assert response["Location"] == f"/explore/#p-{first.id.hex}"
    assert 'value="unlike" aria-label="Like, 1"' in client.get(path).content.decode()
    press(client, path, "unlike")
    assert not selectors.marks(viewer_id=jun.pk, post_ids=[first.id])[first.id].liked


def test_a_repost_is_made_and_undone(talk, logged_in):
    jun, first, *_ = talk
    client, path = logged_in(jun), f"/@ines/{first.id.hex}/"
    press(client, path, "repost")
    repost = selectors.marks(viewer_id=jun.pk, post_ids=[first.id])[first.id].reposted
    assert client.get(f"/@jun/{repost.hex}/")["Location"] == path
    press(client, path, "unrepost")
    assert client.get(f"/@jun/{repost.hex}/").status_code == 404


@pytest.mark.parametrize("do", ["", "explode", "delete", "like\x00"])
def test_what_a_post_does_not_know_is_named(talk, logged_in, do):
    jun, first, *_ = talk
    response = press(logged_in(jun), f"/@ines/{first.id.hex}/", do)
    assert response.status_code == 400


def test_pressing_a_button_while_logged_out_leads_to_log_in_and_back(client, talk):
    _, first, *_ = talk
    response = press(client, f"/@ines/{first.id.hex}/", "like")
    assert response["Location"] == "/accounts/login/?next=/explore/"


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/" + "a" * 2000]
)
def test_going_back_never_leaves_the_site(talk, logged_in, evil):
    jun, first, *_ = talk
    response = logged_in(jun).post(f"/@ines/{first.id.hex}/", {"do": "like", "key": "k", "next": evil})
    assert response["Location"] == f"/@ines/{first.id.hex}/#p-{first.id.hex}"


def test_a_post_under_a_wrong_name_leads_to_its_own_address(client, talk):
    _, first, *_ = talk
    assert client.get(f"/@max/{first.id.hex}/")["Location"] == f"/@ines/{first.id.hex}/"


@pytest.mark.parametrize("id", ["01a20b650d81778580cb1c1095f006c7", "0" * 32, "f" * 32])
def test_a_post_that_is_not_there_has_a_page_that_says_so(client, person, id):
    person("ines")
    response = client.get(f"/@ines/{id}/")
    assert response.status_code == 404
    assert "not here" in response.content.decode()


def test_a_post_for_followers_is_not_there_for_others(person, write, follow, logged_in, client):
    ines, jun, eve = person("ines"), person("jun"), person("eve")
    follow(jun, ines)
    path = f"/@ines/{write(ines, 'For few.', audience=Audience.FOLLOWERS).id.hex}/"
    assert logged_in(jun).get(path).status_code == 200
    assert logged_in(eve).get(path).status_code == 404
    assert client.get(path).status_code == 404
    assert press(logged_in(eve), path, "like").status_code == 404


def test_what_a_reply_answers_may_be_gone(client, talk, clock):
    _, _, reply, answer, _ = talk
    services.delete(actor_id=reply.author, post_id=reply.id, now=clock())
    html = client.get(f"/@ines/{answer.id.hex}/").content.decode()
    assert "not here any more" in html
    assert "How low?" not in html


def test_anybodys_thread_has_no_form(client, talk):
    _, first, *_ = talk
    response = client.get(f"/@ines/{first.id.hex}/")
    assert "<form" not in response.content.decode()
    assert "Log in to reply" in response.content.decode()
    assert not response.cookies


def test_what_was_answered_stays_where_what_it_answers_is_gone(client, talk, logged_in, person):
    _, first, reply, answer, beside = talk
    services.delete(actor_id=reply.author, post_id=reply.id, now=timezone.now())
    whole = client.get(f"/@ines/{first.id.hex}/")
    assert order_on(whole) == [post.id.hex for post in (first, answer, beside)]
    part = client.get(f"/@ines/{answer.id.hex}/")
    assert order_on(part) == [post.id.hex for post in (first, answer)]
    assert "What this answers is not here any more" in part.content.decode()


def test_a_reply_far_down_a_long_thread_is_found_where_it_leads(talk, logged_in, write, person):
    jun, first, *_ = talk
    client, path = logged_in(jun), f"/@ines/{first.id.hex}/"
    for number in range(60):
        write(jun, f"Late {number}", parent=first.id)
    response = client.post(path, {"do": "reply", "text": "The last one", "audience": "public", "key": "r"})
    where, _, anchor = response["Location"].partition("#")
    assert where.startswith("/@jun/")
    assert f'id="{anchor}"' in client.get(where).content.decode()


def test_numbers_tell_nobody_of_what_they_may_not_read(client, talk, write, person):
    _, first, *_ = talk
    max = person("maxine")
    write(max, "@ines between us", audience=Audience.MENTIONED, parent=first.id)
    narrowed = write(max, "I thought twice.", parent=first.id)
    recount_pending()
    assert 'aria-label="Log in to reply; 3 so far"' in client.get(f"/@ines/{first.id.hex}/").content.decode()
    assert counts_of(post_ids=[first.id])[first.id].replies == 3
    services.edit(
        actor_id=max.pk, post_id=narrowed.id, text="I thought.", audience=Audience.MENTIONED, now=timezone.now()
    )
    recount_pending()
    assert counts_of(post_ids=[first.id])[first.id].replies == 2
    assert values(ids=[max.pk], kinds=[POSTS])[max.pk, POSTS] == 0
