"""How this site runs, for staff: made from the settings, and shown also while what it shows is dead."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db import DatabaseError
from django.utils import timezone

from apps.accounts.models import User
from apps.core import notes
from apps.tiers import architecture
from apps.tiers.history import Sample
from apps.tiers.nodes import Node, Part, Place, State
from apps.tiers.presence import WEB, Presence
from apps.web.tier import tall, wide, words
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _one_server(settings, monkeypatch):
    settings.PROBE_SECONDS = PATIENCE
    monkeypatch.setattr("apps.web.views.tier._ASK_SECONDS", PATIENCE)
    caches["locks"].clear()
    server = Presence(WEB)
    server.say()
    yield
    server.leave()


def seen(client) -> str:
    answer = client.get("/tier/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(answer.content.decode()))


def test_strangers_log_in_and_others_are_refused(client, db):
    answer = client.get("/tier/")
    assert answer["Location"] == "/accounts/login/?next=/tier/"
    assert answer["Cache-Control"] == "private, no-store"
    somebody = User(username="somebody")
    somebody.save()
    client.force_login(somebody)
    answer = client.get("/tier/")
    assert (answer.status_code, answer["Cache-Control"]) == (403, "private, no-store")


def test_it_is_private_and_asks_nobody_to_reload_unless_wanted(staff):
    answer = staff.get("/tier/")
    assert answer["Cache-Control"] == "private, no-store"
    assert "Refresh" not in answer
    assert staff.get("/tier/?watch")["Refresh"] == "15"


def test_the_admin_site_leads_to_it(staff):
    assert 'href="/tier/"' in staff.get("/admin/").content.decode()


def test_picture_description_and_table_name_every_part_that_the_settings_do(staff, settings):
    page = seen(staff)
    drawings = re.findall(r"<svg class=\"plan.*?</svg>", page)
    assert len(drawings) == 2
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    titles = {part.title for part in architecture.look(now=timezone.now(), forwarded=False).parts}
    for title in titles:
        assert all(f">{title}" in drawing for drawing in drawings), title
        assert f">{title} <" in table
        assert title in re.search(r"<desc[^>]*>(.*?)</desc>", drawings[0])[1] or title in ("Queue", "Proxy")


def test_what_gives_first_is_named_with_what_removes_it(staff):
    page = seen(staff)
    (first, *_) = architecture.scaling.named()
    assert "will give first." in page
    assert first.sentence in page
    assert first.remedy in page


def test_caches_and_proxies_of_the_settings_are_drawn_and_dead_ones_are_shown_dead(staff, settings):
    settings.PURGE_URLS = ["http://127.0.0.1:1", "http://127.0.0.1:2"]
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    page = re.sub(r"\s+", " ", staff.get("/tier/", headers={"X-Real-IP": "127.0.0.1"}).content.decode())
    assert "brought this page" in page
    assert "Varnish (127.0.0.1:1 and 127.0.0.1:2) do not answer." in page
    assert "Varnish 2" in page
    assert page.count('class="lost"') == 4
    assert "2 of " in page


def test_another_store_in_the_settings_is_another_box(staff, settings):
    settings.CACHES = {**settings.CACHES, "extra": {"BACKEND": "x", "LOCATION": "redis://:secret@127.0.0.1:1/3"}}
    page = seen(staff)
    assert "Redis (127.0.0.1:1) does not answer." in page
    assert "secret" not in page


def test_a_kind_of_server_that_nobody_can_ask_is_not_called_dead(staff, settings):
    settings.CACHES = {**settings.CACHES, "extra": {"BACKEND": "x", "LOCATION": "memcached://127.0.0.1:1"}}
    page = seen(staff)
    assert "Memcached" in page
    assert "not asked" in page
    assert "do not answer" not in page


def test_of_a_redis_cluster_a_master_that_was_killed_is_drawn_as_down_while_the_others_are_up(
    staff, settings, redis_cluster
):
    extra = {"BACKEND": "x", "LOCATION": ",".join(server.url for server in redis_cluster.servers)}
    settings.CACHES = {**settings.CACHES, "extra": extra}
    assert "6 of 6 answer" in seen(staff)
    killed = redis_cluster.master_of(0)
    killed.kill()
    page = seen(staff)
    assert "5 of 6 answer" in page
    assert f"Redis (127.0.0.1:{killed.port}) does not answer." in page
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    for server in redis_cluster.servers:
        (row,) = re.findall(rf"<tr>(?:(?!</tr>).)*127.0.0.1:{server.port}.*?</tr>", table)
        assert ("does not answer" in row) is (server is killed)
        assert bool(re.search(r"\d ms", row)) is (server is not killed)


def dead(*_: object) -> None:
    raise DatabaseError("gone")


def test_it_is_shown_to_staff_while_nobody_can_tell_who_they_are(staff, monkeypatch):
    seen(staff)
    monkeypatch.setattr(AnonymousUser, "is_authenticated", property(dead))
    monkeypatch.setattr(User, "is_authenticated", property(dead))
    assert "Running as" in seen(staff)
    staff.cookies.pop("seen_as_staff")
    refused = staff.get("/tier/")
    assert refused.status_code == 503
    assert "Running as" not in refused.content.decode()


def test_the_pass_of_one_session_is_none_for_another(staff, client, monkeypatch):
    seen(staff)
    client.cookies["seen_as_staff"] = staff.cookies["seen_as_staff"].value
    client.cookies["sessionid"] = "another"
    assert client.get("/tier/").status_code == 303
    monkeypatch.setattr(AnonymousUser, "is_authenticated", property(dead))
    assert client.get("/tier/").status_code == 503


def cluster(*states: State) -> Part:
    nodes = tuple(Node(f"10.0.0.{n}:7000", state, role="primary", latency=0.0012) for n, state in enumerate(states, 1))
    return Part("store:x", Place.STORE, "Cassandra", ("journal",), nodes, spare=1)


def test_a_cluster_that_has_lost_its_majority_is_dead_and_it_is_said_what_that_means():
    one, two = cluster(State.WELL, State.DEAD, State.WELL), cluster(State.WELL, State.DEAD, State.DEAD)
    assert (one.state, words.meaning(one)) == (State.WELL, "The rest of it goes on.")
    assert (two.state, words.meaning(two)) == (State.DEAD, "Nothing can be posted until it is back. Reading goes on.")


WEB_PART = Part("web", Place.WEB, "gunicorn", ("keeps nothing",), tuple(Node(f"web {n}") for n in range(3)))
WORKERS = Part("worker", Place.WORKER, "Celery", ("fan-out",), (Node("w"),))
QUEUE = Part("queue", Place.QUEUE, "Queue", ("jobs, in RabbitMQ",), (Node("q", waiting=3),))


@pytest.mark.parametrize("draw", [wide.draw, tall.draw])
def test_a_cluster_has_a_mark_per_node_and_stands_while_one_is_dead(draw):
    plan = draw([WEB_PART, cluster(State.WELL, State.DEAD, State.WELL), QUEUE, WORKERS])
    (box,) = (box for box in plan.boxes if box.title == "Cassandra")
    assert [cell.node.state for cell in box.placed_cells()] == [State.WELL, State.DEAD, State.WELL]
    assert "2 of 3 answer" in box.lines
    assert [cell.says for cell in box.placed_cells()] == ["1.2", "down", "1.2"]
    assert (box.kind, box.state) == ("", State.WELL)
    (box,) = (b for b in draw([WEB_PART, cluster(*[State.DEAD] * 3)]).boxes if b.title == "Cassandra")
    assert box.kind == "dead"


def crowded() -> list[Part]:
    stores = [replace(cluster(*[State.WELL] * n), key=f"store:{n}") for n in (1, 3, 6, 12)]
    caches = Part("cache", Place.CACHE, "Varnish", ("shared pages",), (Node("a"), Node("b")))
    proxy = Part("proxy", Place.PROXY, "Proxy", ("ends TLS",), (Node("p"),))
    return [proxy, caches, WEB_PART, QUEUE, replace(WORKERS, nodes=(Node("w"), Node("v"))), *stores]


@pytest.mark.parametrize("draw", [wide.draw, tall.draw])
@pytest.mark.parametrize("parts", [[WEB_PART, cluster(State.WELL)], crowded()])
def test_no_box_lies_on_another_or_beyond_the_frame(draw, parts):
    plan = draw(parts)
    for box in plan.boxes:
        assert 0 <= box.x < box.right <= plan.width, box
        assert 0 <= box.y < box.bottom <= plan.height, box
        assert all(len(text) * 6.3 <= box.width - 20 for text in box.lines), box
        for other in plan.boxes:
            apart = other.bottom <= box.y or box.bottom <= other.y or other.right <= box.x or box.right <= other.x
            assert other is box or apart, (box.title, other.title)


@pytest.mark.parametrize(
    ("said", "is_"),
    [
        (words.milliseconds(0.00042), "0.4 ms"),
        (words.milliseconds(1.2345), "1,234 ms"),
        (words.milliseconds(None), ""),
        (words.size(1_234), "0.0 MB"),
        (words.size(268_435_456), "268 MB"),
        (words.size(7_900_000_000), "7.9 GB"),
        (words.per_second(0), "0/s"),
        (words.per_second(0.25), "0.2/s"),
        (words.per_second(1_240), "1,240/s"),
        (words.share(0.714), "71 %"),
    ],
)
def test_numbers_are_said_as_people_read_them(said, is_):
    assert said == is_


def test_the_last_hour_is_drawn_and_said(staff):
    now = timezone.now()
    taken = [Sample(now - timedelta(minutes=n), float(n), 0.02 * n, None, 0) for n in range(30, 0, -1)]
    notes.leave("history:samples", taken, seconds=60)
    page = seen(staff)
    assert re.search(r'aria-label="Requests per second since \d\d:\d\d: between 1.0/s and 30/s."', page)
    assert "Answer time, 99th percentile since" in page
    assert "Post to visible, 99th percentile: nothing was measured." in page
