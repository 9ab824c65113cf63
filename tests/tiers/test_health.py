"""Alive, serving, ready, and what gives first."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError

from apps.core import ids
from apps.journal import clock, heartbeat, sweeper
from apps.journal.activities import Activity
from apps.journal.handler import journal
from apps.tiers import stores
from apps.tiers.nodes import Node, State
from apps.tiers.presence import WORKER, Presence
from apps.timelines.backends.base import BaseTimelines, Unavailable
from apps.timelines.handler import timelines
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
FAR = {"REMOTE_ADDR": "203.0.113.5"}


@pytest.fixture(autouse=True)
def _deadline(monkeypatch):
    monkeypatch.setattr("apps.tiers.health.DEADLINE_SECONDS", PATIENCE)


@pytest.fixture
def site(request):
    """A site in which somebody sweeps, and somebody works."""
    sweeper.sweep(now=datetime.now(UTC))
    worker = Presence(WORKER)
    worker.say()
    yield worker
    worker.leave()


def pending(*, minutes: float) -> None:
    """Take a Like into the journal that nobody carries out; sweep too early for it, and leave word of that."""
    stuck = ids.mint(now=datetime.now(UTC) - timedelta(minutes=minutes))
    journal().append([Activity(stuck, stuck, "Like", stuck, {"v": 1})])
    moment = ids.moment_of(stuck)
    heartbeat.note(pending=1, oldest={"row": moment}, set_aside=0)


def test_a_process_is_alive_without_any_store(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz/live").status_code == 200


def test_a_whole_site_is_ready(site, client):
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer["Cache-Control"].count("no-store")) == (200, 1)
    assert [line.partition("(")[0] for line in answer.content.decode().split("\n") if line] == [
        "Rows", "Clock", "Journal", "Timelines", "Projection", "Workers",
    ]  # fmt: skip


def test_a_clock_that_is_off_is_not_ready_and_says_so_only_on_loopback(site, client, monkeypatch):
    monkeypatch.setattr(clock, "_measured", None)
    monkeypatch.setattr(journal(), "clock", lambda: datetime.now(UTC) - timedelta(seconds=5))
    near, far, serving = (
        client.get("/healthz/ready"),
        client.get("/healthz/ready", **FAR),
        client.get("/healthz/serving"),
    )
    monkeypatch.setattr(clock, "_measured", None)
    assert (near.status_code, far.status_code, serving.status_code) == (503, 503, 503)
    assert "clock is off by +5.0 s" in near.content.decode()
    assert far.content == b"not ready\n"


def refuse(*_: object, **__: object) -> None:
    raise OperationalError("no majority")


def test_without_its_journal_the_site_is_not_ready_and_every_server_goes_on_serving(site, client, monkeypatch):
    monkeypatch.setattr(clock, "_measured", None)
    for method in ("watermark", "clock", "newest_of"):
        monkeypatch.setattr(journal(), method, refuse)
    ready, serving = client.get("/healthz/ready"), client.get("/healthz/serving")
    assert (ready.status_code, serving.status_code) == (503, 200)
    assert "the journal can't be read: OperationalError" in ready.content.decode()
    assert "Warning: the journal's clock can't be read" in serving.content.decode()
    assert client.get("/explore/").status_code == 200


def test_a_server_without_a_way_to_the_database_of_rows_does_not_serve(site, client, monkeypatch):
    monkeypatch.setattr(stores, "ask", lambda *_, **__: [Node("a", State.DEAD, note="gone"), Node("b", State.DEAD)])
    answer = client.get("/healthz/serving")
    assert answer.status_code == 503
    assert "no server of the database answers: gone" in answer.content.decode()
    monkeypatch.setattr(stores, "ask", lambda *_, **__: [Node("a", State.DEAD, note="gone"), Node("b")])
    assert client.get("/healthz/serving").status_code == 200


def test_a_token_shows_details_elsewhere(site, client, settings):
    settings.HEALTH_TOKEN = "t0ken"
    answer = client.get("/healthz/ready", **FAR, headers={"Authorization": "Bearer t0ken"})
    assert "Journal" in answer.content.decode()
    assert client.get("/healthz/ready", **FAR, headers={"Authorization": "Bearer "}).content == b"ready\n"


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        ({}, True),
        ({"X-Real-IP": "203.0.113.5"}, False),
        ({"X-Forwarded-For": "203.0.113.5"}, False),
        ({"X-Forwarded-Proto": "https"}, False),
        ({"X-Real-IP": "nonsense"}, False),
        ({"X-Real-IP": "127.0.0.1"}, True),
    ],
)
def test_behind_a_proxy_on_this_machine_details_are_for_whom_it_names(site, client, settings, headers, shown):
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    assert ("Journal" in client.get("/healthz/ready", headers=headers).content.decode()) is shown


def test_a_proxy_that_is_not_trusted_asks_for_strangers(site, client, settings):
    settings.TRUSTED_PROXIES = []
    assert client.get("/healthz/ready", headers={"X-Real-IP": "127.0.0.1"}).content == b"ready\n"


def test_it_is_not_ready_when_something_stays_undone_and_this_server_serves_all_the_same(site, client):
    pending(minutes=5)
    answer = client.get("/healthz/ready")
    assert answer.status_code == 503
    assert "not projected yet" in answer.content.decode()
    assert client.get("/healthz/serving").status_code == 200


def test_what_is_pending_for_a_minute_is_only_slow(site, client):
    pending(minutes=1)
    assert client.get("/healthz/ready").status_code == 200


def test_it_is_not_ready_when_nobody_sweeps(site, client, monkeypatch):
    monkeypatch.setattr(heartbeat, "SILENT_AFTER", timedelta(0))
    answer = client.get("/healthz/ready")
    assert answer.status_code == 503
    assert "nobody has swept since" in answer.content.decode()


def test_it_is_not_ready_when_jobs_are_queued_and_no_worker_is_there(site, client, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    assert client.get("/healthz/ready").status_code == 200
    site.leave()
    answer = client.get("/healthz/ready")
    assert answer.status_code == 503
    assert "no worker takes jobs" in answer.content.decode()


def test_timelines_that_are_away_degrade_and_what_waits_for_them_alone_is_no_failure(site, client, monkeypatch):
    def away(self: BaseTimelines) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(type(timelines()), "ping", away)
    long_ago = datetime.now(UTC) - timedelta(minutes=9)
    heartbeat.note(pending=3, oldest={"fanout": long_ago, "drop": long_ago}, set_aside=0)
    answer = client.get("/healthz/ready")
    assert answer.status_code == 200
    assert "Warning: stored timelines are away" in answer.content.decode()
    heartbeat.note(pending=3, oldest={"fanout": long_ago, "count": long_ago}, set_aside=0)
    assert client.get("/healthz/ready").status_code == 503


def test_the_sweeper_leaves_word_of_what_it_left_undone(client):
    now = datetime.now(UTC)
    stuck = ids.mint(now=now - timedelta(minutes=3))
    journal().append([Activity(stuck, stuck, "Unheard-of", stuck, {"v": 1})])
    sweeper.sweep(now=now)
    heard = heartbeat.last()
    assert (heard.pending, heard.set_aside, list(heard.oldest)) == (1, 0, ["row"])
    assert heard.waiting_since() == ids.moment_of(stuck)
    assert heard.waiting_since(besides={"row"}) is None


def test_the_software_names_its_own_bottlenecks(settings):
    err = io.StringIO()
    call_command("check", tags=["scaling"], stderr=err, stdout=err, fail_level="CRITICAL")
    said = err.getvalue()
    assert ("stateful" in said) is ("locmem" in settings.CACHES["sessions"]["BACKEND"])
    assert ("every write" in said) is (journal().database == "default")
