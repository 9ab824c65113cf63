"""A queue that is away or hangs keeps nobody waiting: what was accepted is there, and the sweeper delivers it."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec, module_from_spec
from pathlib import Path

import pytest
from celery import Celery
from celery.beat import ScheduleEntry, Scheduler, SchedulingError
from django.conf import settings as current
from kombu import Connection, pools
from kombu.exceptions import OperationalError

from apps.core.breaker import MOST, Breaker
from apps.journal import services, sweeper, tasks
from apps.journal.handler import journal
from apps.tiers.backends.base import Store
from apps.tiers.backends.queue import probe
from deploy.bin.tier import Part
from deploy.bin.tier.parts import rabbitmq
from deploy.bin.tier.site import Site
from project import celery_app
from tests.journal.test_services import like
from tests.servers.redis import RedisServer
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.django_db
TIMEOUT = 0.2


def redis_queue(folder: Path) -> tuple[Part, str, dict]:
    from settings import cheetah

    server = RedisServer(folder)
    options = {**cheetah.CELERY_BROKER_TRANSPORT_OPTIONS, "socket_timeout": TIMEOUT}
    return server.part, f"redis://127.0.0.1:{server.port}/3", options


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
        monkeypatch.setitem(celery_app.conf, "task_always_eager", False)
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
            task_queues=getattr(current, "CELERY_TASK_QUEUES", cheetah.CELERY_TASK_QUEUES),
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


@pytest.fixture
def publisher(monkeypatch) -> Iterator[Callable[..., Celery]]:
    """Return what makes a process that hands jobs over, by the settings of tiger where the environment names some brokers."""
    apps: list[Celery] = []
    # kombu knows a pool by its first broker alone, so each test needs its own.
    monkeypatch.setattr(pools, "connections", pools.Connections(limit=pools.use_global_limit))
    monkeypatch.setattr(pools, "producers", pools.Producers(limit=pools.use_global_limit))

    from settings import cheetah

    # Tiger's settings change it where it stands, and that is also the tests' own.
    default = cheetah.DATABASES["default"]
    monkeypatch.setattr(cheetah, "DATABASES", {"default": {**default, "OPTIONS": {**default["OPTIONS"]}}})

    def publisher(*brokers: str) -> Celery:
        monkeypatch.setenv("CELERY_BROKER_URL", ";".join(brokers))
        spec = find_spec("settings.tiger")
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        apps.append(Celery(set_as_current=False))
        apps[-1].config_from_object(module, namespace="CELERY")
        apps[-1].conf.task_always_eager = False
        return apps[-1]

    yield publisher
    for app in apps:
        app.pool.force_close_all()
        app.close()


@pytest.mark.skipif(
    not str(current.CELERY_BROKER_URL).startswith("amqp"), reason="this tier's jobs are not in RabbitMQ"
)
@pytest.mark.parametrize("harm", ["kill", "freeze"])
def test_where_brokers_are_away_the_next_takes_jobs_and_who_is_away_is_found_out_once(queue, harm, publisher):
    alive = current.CELERY_BROKER_URL
    empty(alive)
    getattr(queue, harm)()
    app = publisher(queue.url, "amqp://guest:guest@127.0.0.1:1//", alive)
    took = []
    for _ in range(5):
        began = time.monotonic()
        tasks.hand_over(app.tasks[tasks.carry_out.name], activity_id="")
        took.append(time.monotonic() - began)
    print(f"handing over took {', '.join(f'{seconds:.3f}' for seconds in took)} s")
    wait_until(lambda: waiting(alive) == 5, seconds=5, what="five jobs in the queue")
    assert max(took[1:]) < 0.5 * PATIENCE


def empty(url: str) -> None:
    with Connection(url) as link:
        celery_app.control.purge(link)


def waiting(url: str) -> int:
    (node,) = probe(Store(url, "jobs"), timeout=5 * PATIENCE)
    return node.waiting


def test_while_it_hangs_accepting_goes_on_at_once_and_the_sweeper_delivers(queue, world):
    empty(queue.url)
    taken = [like()]
    wait_until(lambda: waiting(queue.url) == 1, seconds=5, what="a job in the queue")
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
