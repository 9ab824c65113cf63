"""A queue that is away or hangs keeps nobody waiting: what was accepted is there, and the sweeper delivers it."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery import Celery
from celery.beat import ScheduleEntry, Scheduler, SchedulingError
from django.conf import settings as current
from kombu.exceptions import OperationalError

from apps.core.breaker import MOST, Breaker
from apps.journal import services, sweeper, tasks
from apps.journal.handler import journal
from deploy.bin.tier import Part
from deploy.bin.tier.parts import rabbitmq
from deploy.bin.tier.site import Site
from project import celery_app
from tests.journal.test_services import like
from tests.servers.redis import RedisServer
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.django_db
TIMEOUT = 0.2


def redis_queue(folder: Path) -> tuple[RedisServer, str, dict]:
    from settings import cheetah

    server = RedisServer(folder)
    options = {**cheetah.CELERY_BROKER_TRANSPORT_OPTIONS, "socket_timeout": TIMEOUT}
    return server, f"redis://127.0.0.1:{server.port}/3", options


def rabbitmq_queue(folder: Path) -> tuple[Part, str, dict]:
    (server,) = rabbitmq.broker(Site("tiger", folder, {}))
    server.start()
    return server, server.provides["CELERY_BROKER_URL"], current.CELERY_BROKER_TRANSPORT_OPTIONS


@pytest.fixture
def queue(redis_server, tmp_path, monkeypatch):
    """Return the server that takes the jobs, RabbitMQ where the tier has that, with the time-outs of a tier with workers."""
    begin = rabbitmq_queue if str(current.CELERY_BROKER_URL).startswith("amqp") else redis_queue
    server, url, options = begin(tmp_path)
    monkeypatch.setattr(tasks, "_queue", Breaker(OperationalError, OSError))
    with celery_app.connection_for_write(url=url, transport_options=options, connect_timeout=1) as link:
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
        server.url, server.options = url, options
        yield server
        server.thaw()
    server.kill()


@pytest.fixture
def clock(queue, monkeypatch):
    """Return the scheduler of ``celery beat``, on that queue."""
    from settings import cheetah

    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # Celery would take that one.
    with Celery(broker=queue.url, set_as_current=False) as app:
        app.conf.update(
            broker_transport_options=queue.options, broker_connection_timeout=1,
            task_publish_retry=cheetah.CELERY_TASK_PUBLISH_RETRY, beat_schedule=cheetah.CELERY_BEAT_SCHEDULE,
        )  # fmt: skip
        scheduler = Scheduler(app, schedule={}, lazy=True)
        yield scheduler, ScheduleEntry(**{"name": "sweep", **cheetah.CELERY_BEAT_SCHEDULE["sweep"]}, app=app)


def test_the_clock_goes_on_once_a_queue_that_was_away_is_back(queue, clock):
    scheduler, entry = clock

    def tick() -> bool:
        try:
            scheduler.apply_async(entry, producer=scheduler.producer, advance=False)
        except SchedulingError:
            return False
        return True

    assert tick()
    queue.kill()
    wait_until(lambda: not tick(), seconds=5, what="a tick that fails")
    queue.start()
    wait_until(tick, seconds=5, what="a tick that is taken")


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
