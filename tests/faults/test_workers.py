"""Workers are killed, stopped and started again: what they were doing goes on, and nothing comes twice."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings as current

from apps.journal.activities import Activity
from apps.journal.handler import journal
from apps.posts import services as posts
from apps.posts.values import Audience
from apps.timelines import epochs
from apps.timelines.handler import timelines
from apps.timelines.models import FanoutPosition
from deploy.bin.tier.parts import jobs
from project import celery_app
from tests.waiting import wait_until

from .followers import crowd, is_done
from .server import site_under_test
from .test_killed import sign_up

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.elsewhere,
    pytest.mark.skipif(current.SWEEPER_THREAD, reason="this tier has no workers"),
]
FOLLOWERS = int(os.environ.get("FAULT_FOLLOWERS", "5000"))
POSTS = int(os.environ.get("FAULT_POSTS", "100"))


@contextmanager
def workers(folder: Path, **environ: str) -> Iterator[list]:
    """Run a worker with its clock; all it started is gone at the end, as after a power cut."""
    site = site_under_test(folder, **environ)
    parts = [*jobs.workers(site), *jobs.beat(site)]
    for part in parts:
        part.launch()
    try:
        for part in parts:
            part.wait_until_ready()
        yield parts
    finally:
        for part in parts:
            part.kill()


@pytest.fixture(autouse=True)
def _queued(settings) -> Iterator[None]:
    """Hand jobs to the real queue, empty at first."""
    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.RATE_LIMITS = {}
    settings.PUSH_LIMIT = FOLLOWERS + 1
    celery_app.conf.task_always_eager = False
    with celery_app.connection_for_write() as connection:
        celery_app.control.purge(connection)
    yield
    celery_app.conf.task_always_eager = True


def publish(author: UUID, text: str) -> Activity:
    now = datetime.now(UTC)
    posts.publish(author_id=author, text=text, audience=Audience.PUBLIC, now=now)
    return journal().by_actor(author, limit=1)[0]


def entries(owner: UUID) -> list[UUID]:
    part = timelines().read(owner, epoch=epochs.certain() or 0, limit=50, now=datetime.now(UTC))
    assert part is not None
    return [entry.id for entry in part.entries]


def test_a_worker_is_killed_half_way_through_a_large_fan_out(tmp_path, record_property):
    author = sign_up("mira").pk
    sample = crowd(author, FOLLOWERS)
    before = publish(author, "The one before.")
    with workers(tmp_path):
        wait_until(lambda: is_done(before), seconds=30, what="the fan-out of the first post")
        large = publish(author, "High water.")
        wait_until(lambda: FanoutPosition.objects.filter(pk=large.id).exists(), seconds=30, what="its first chunk")
    stood = FanoutPosition.objects.get(pk=large.id).position
    assert not is_done(large)
    has = [large.object_id in entries(owner) for owner in sample]
    assert True in has
    assert False in has
    started = time.monotonic()
    with workers(tmp_path):
        moves = []

        def moved() -> bool:
            moves.extend(FanoutPosition.objects.filter(pk=large.id).values_list("position", flat=True))
            return is_done(large)

        wait_until(moved, seconds=60, what="the rest of it")
        took = time.monotonic() - started
        record_property(f"followers, killed at {sum(has)} of {len(sample)}, done {took:.1f} s later", FOLLOWERS)
        assert all(position >= stood for position in moves), "it did not begin anew"
        after = publish(author, "The one after.")
        wait_until(lambda: is_done(after), seconds=60, what="the fan-out of the last post")
    for owner in sample:
        assert entries(owner) == [after.object_id, large.object_id, before.object_id]


def test_what_came_in_while_no_worker_ran_is_delivered_three_times_as_fast(tmp_path, record_property):
    author = sign_up("mira").pk
    readers = crowd(author, 5)
    began, started = datetime.now(UTC), time.monotonic()
    for number in range(POSTS):
        publish(author, f"Drop {number}.")
    came, left = time.monotonic() - started, list(journal().recent(began))
    assert len(left) == POSTS

    def is_delivered() -> bool:
        while left and is_done(*left[:200]):
            del left[:200]
        return not left

    with workers(tmp_path):
        took = wait_until(is_delivered, seconds=max(30, came / 3), what="the delivery of all")
    record_property(f"posts came in {came:.1f} s and were delivered in {took:.1f} s", POSTS)
    for reader in readers:
        found = entries(reader)
        assert len(set(found)) == len(found) == min(POSTS, 50)
