"""A queue that is away or hangs keeps nobody waiting: what was accepted is there, and the sweeper delivers it."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from kombu.exceptions import OperationalError

from apps.core.breaker import MOST, Breaker
from apps.journal import services, sweeper, tasks
from apps.journal.handler import journal
from project import celery_app
from tests.journal.test_services import like
from tests.servers.redis import RedisServer
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db
TIMEOUT = 0.2


@pytest.fixture
def queue(redis_server, tmp_path, monkeypatch):
    """Return the Redis that takes the jobs, with the time-outs of a tier that has workers."""
    from settings import cheetah

    server, options = RedisServer(tmp_path), {**cheetah.CELERY_BROKER_TRANSPORT_OPTIONS, "socket_timeout": TIMEOUT}
    monkeypatch.setattr(tasks, "_queue", Breaker(OperationalError))
    with celery_app.connection_for_write(url=f"redis://127.0.0.1:{server.port}/3", transport_options=options) as link:
        producer = celery_app.amqp.Producer(link, auto_declare=False)

        def delay(*, activity_id: str) -> None:
            celery_app.send_task(
                tasks.carry_out.name,
                kwargs={"activity_id": activity_id},
                producer=producer,
                retry=False,
                queue="celery",
            )

        monkeypatch.setattr(tasks.carry_out, "delay", delay)
        yield server
    server.thaw()
    server.kill()


def test_while_it_hangs_accepting_goes_on_at_once_and_the_sweeper_delivers(queue, world):
    taken = [like()]
    queue.freeze()
    started = time.monotonic()
    taken += [like() for _ in range(20)]
    took = time.monotonic() - started
    assert took < (MOST * TIMEOUT * 2 + 5) * PATIENCE, "not twenty time-outs"
    left = [activity for activity in taken if "fanout" not in journal().marks([activity.id])[activity.id]]
    assert left == taken
    sweeper.sweep(now=datetime.now(UTC) + timedelta(seconds=5))
    assert all("fanout" in journal().marks([activity.id])[activity.id] for activity in taken)


def test_what_it_did_not_take_is_no_failure_of_the_request(queue, world):
    queue.kill()
    assert like()
    assert journal().failures() == {}


def test_a_job_that_comes_again_does_nothing_again(world):
    activity = like()
    before = list(world.seen)
    services.carry_out(activity_id=activity.id, now=datetime.now(UTC))
    assert world.seen == before


def test_a_job_is_worth_beginning_until_the_sweeper_would():
    assert tasks.carry_out.expires == sweeper.PATIENCE.total_seconds()
