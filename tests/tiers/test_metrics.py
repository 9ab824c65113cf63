"""What Prometheus reads: only from here or with the token, the same of all processes, and never a failure."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from apps.core import ids, metrics
from apps.journal import heartbeat, services
from apps.journal.activities import Activity
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.shared]


def value(text: str, name: str, **labels: str) -> float:
    """Return a sample's value, 0 where there is none."""
    for line in text.splitlines():
        if re.match(rf"{name}(\{{| )", line) and all(f'{key}="{said}"' in line for key, said in labels.items()):
            return float(line.rpartition(" ")[2])
    return 0.0


def read(client) -> str:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return answer.content.decode()


def test_metrics_are_for_this_machine_or_with_the_token(client, settings):
    settings.HEALTH_TOKEN = "t0ken"
    far = {"REMOTE_ADDR": "203.0.113.5"}
    assert client.get("/metrics", **far).status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"}).status_code == 403
    assert client.get("/metrics", **far, headers={"Authorization": "Bearer t0ken"}).status_code == 200


def test_requests_are_counted_by_view_and_status(client):
    asked = {"view": "healthz-live", "method": "GET", "status": "200"}
    before = value(read(client), "prowl_requests_total", **asked)
    client.get("/healthz/live")
    client.get("/healthz/live")
    text = read(client)
    assert value(text, "prowl_requests_total", **asked) == before + 2
    assert value(text, "prowl_request_seconds_count", view="healthz-live") >= 2


def test_an_address_that_is_none_adds_no_label(client):
    client.get("/nobody/has/this/")
    assert value(read(client), "prowl_requests_total", view="none", status="404") >= 1
    assert "nobody/has" not in read(client)


def test_from_acceptance_to_visible_is_a_histogram_by_stage(client):
    before = read(client)
    now = datetime.now(UTC)
    actor = ids.mint(now=now)
    late = ids.mint(now=now - timedelta(seconds=3))
    services.attempt("row", [Activity(late, actor, "Follow", ids.mint(now=now), {"v": 1, "open": True})], now=now)
    after = read(client)
    name, stage = "prowl_stage_seconds_bucket", "row"
    assert value(after, name, stage=stage, le="2.5") == value(before, name, stage=stage, le="2.5")
    assert value(after, name, stage=stage, le="5.0") == value(before, name, stage=stage, le="5.0") + 1


def test_the_backlog_is_what_the_sweeper_left_word_of(client, settings):
    settings.PROBE_SECONDS = PATIENCE
    long_ago = datetime.now(UTC) - timedelta(seconds=90)
    heartbeat.note(pending=7, oldest={"fanout": long_ago}, set_aside=2)
    text = read(client)
    assert value(text, "prowl_pending") == 7
    assert 90 <= value(text, "prowl_pending_oldest_seconds") < 100
    assert value(text, "prowl_set_aside") == 2
    assert value(text, "prowl_part_up", part=re.search(r'part="(store:[^"]*)"', text)[1]) == 1


PROGRAM = """
import sys
from apps.core import metrics
metrics.count(metrics.SWEEPS, amount=float(sys.argv[1]))
metrics.show(metrics.BREAKER_OPEN, 1, "timelines")
if len(sys.argv) > 2:
    import shutil, os
    shutil.rmtree(sys.argv[2])
    if not os.fork():
        metrics.count(metrics.SWEEPS)
        metrics.count(metrics.FRAGMENTS, "new label")
        os._exit(0)
    sys.exit(os.wait()[1])
import django; django.setup()
from apps.tiers import exposition
print(exposition.text().decode())
"""


def run(folder: str, *args: str) -> str:
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": folder}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *args], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_processes_that_share_a_directory_are_counted_together(tmp_path):
    folder = str(tmp_path / "made" / "by itself")
    run(folder, "3")
    text = run(folder, "4")
    assert value(text, "prowl_sweeps_total") == 7
    assert len(list((tmp_path / "made" / "by itself").glob("gauge_livemax_*.db"))) == 1  # The dead one's is gone.


def test_a_directory_that_goes_away_or_can_t_be_made_fails_nothing(tmp_path):
    run(str(tmp_path / "goes"), "1", str(tmp_path / "goes"))
    (tmp_path / "file").touch()
    assert value(run(str(tmp_path / "file" / "below"), "5"), "prowl_sweeps_total") == 5


def test_counting_costs_microseconds():
    import timeit

    rounds = 2000
    took = (
        min(timeit.repeat(lambda: metrics.count(metrics.REQUESTS, "v", "GET", "200"), number=rounds, repeat=5)) / rounds
    )
    print(f"{took * 1e6:.1f} µs to count")
    assert took < 100e-6
