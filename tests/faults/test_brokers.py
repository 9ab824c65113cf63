"""Each of three RabbitMQ dies in turn, and workers go on with those that are left."""

import os
from contextlib import ExitStack

import pytest
from django.conf import settings as current

from apps.journal import tasks
from deploy.bin.tier.parts import rabbitmq
from deploy.bin.tier.site import Site
from tests.waiting import wait_until

from .followers import crowd, is_done
from .harms import started
from .test_killed import sign_up
from .test_workers import publish, workers

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.elsewhere,
    pytest.mark.skipif(
        not str(current.CELERY_BROKER_URL).startswith("amqp"), reason="this tier's jobs are not in RabbitMQ"
    ),
    pytest.mark.skipif("FAULT_OPERATIONS" not in os.environ, reason="in `make faults`, not in every test run"),
]


@pytest.fixture
def brokers(tmp_path):
    epmd, *brokers = rabbitmq.cluster(Site("tiger", tmp_path, {}))
    with ExitStack() as stack:
        for part in (epmd, *brokers):
            stack.callback(part.kill)
        epmd.start()
        brokers[0].start()
        started(brokers[1:])
        yield brokers


def test_workers_go_on_with_the_brokers_that_are_left(brokers, tmp_path, settings, monkeypatch, record_property):
    monkeypatch.delenv("CELERY_BROKER_URL")  # Whoever asks the worker whether it is ready would ask there.
    settings.CELERY_TASK_ALWAYS_EAGER, settings.RATE_LIMITS = False, {}
    monkeypatch.setattr(tasks.carry_out, "delay", lambda **_: None)  # It is the sweeper's jobs that have to arrive.
    author = sign_up("mira").pk
    crowd(author, 5)
    seconds = []
    with workers(tmp_path, CELERY_BROKER_URL=";".join(rabbitmq.url(broker.port) for broker in brokers)) as parts:
        for number, broker in enumerate(brokers):
            broker.kill()
            post = publish(author, f"Without {number}.")
            seconds.append(
                wait_until(lambda post=post: is_done(post), seconds=60, what=f"fan-out without {broker.name}")
            )
            assert all(part.is_alive() for part in parts), "nobody here starts one anew"
            broker.start()
    record_property(f"brokers killed in turn, after which a post took {', '.join(f'{s:.1f}' for s in seconds)} s", 3)
