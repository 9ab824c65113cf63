"""Alive, ready, and what gives first."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from apps.core import ids
from apps.journal import clock
from apps.journal.activities import Activity
from apps.journal.handler import journal

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_process_is_alive_without_any_store(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz/live").status_code == 200


def test_a_well_process_is_ready(client):
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer["Cache-Control"].count("no-store")) == (200, 1)
    assert "Journal" in answer.content.decode()


def test_a_clock_that_is_off_is_not_ready_and_says_so_only_on_loopback(client, monkeypatch):
    monkeypatch.setattr(clock, "_measured", None)
    monkeypatch.setattr(journal(), "clock", lambda: datetime.now(UTC) - timedelta(seconds=5))
    near, far = client.get("/healthz/ready"), client.get("/healthz/ready", REMOTE_ADDR="203.0.113.5")
    monkeypatch.setattr(clock, "_measured", None)
    assert (near.status_code, far.status_code) == (503, 503)
    assert "clock is off by +5.0 s" in near.content.decode()
    assert far.content == b"not ready\n"


def test_a_token_shows_details_elsewhere(client, settings):
    settings.HEALTH_TOKEN = "t0ken"
    answer = client.get("/healthz/ready", REMOTE_ADDR="203.0.113.5", headers={"Authorization": "Bearer t0ken"})
    assert "Journal" in answer.content.decode()


def test_it_is_not_ready_when_projection_is_dead_though_http_is_alive(client):
    stuck = ids.mint(now=datetime.now(UTC) - timedelta(minutes=5))
    journal().append([Activity(stuck, stuck, "Like", stuck, {"v": 1})])
    answer = client.get("/healthz/ready")
    assert answer.status_code == 503
    assert "not projected yet" in answer.content.decode()


def test_the_software_names_its_own_bottlenecks(settings):
    err = io.StringIO()
    call_command("check", tags=["scaling"], stderr=err, stdout=err, fail_level="CRITICAL")
    said = err.getvalue()
    assert ("stateful" in said) is ("locmem" in settings.CACHES["sessions"]["BACKEND"])
    assert "every write" in said
