"""A worker's queue in a real Redis that stands still."""

import logging
from contextlib import suppress
from typing import Any

import pytest
from kombu import Connection, Consumer, Producer, Queue

from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.once
HELD = 2


@pytest.mark.parametrize("answer", ["ack_log_error", "reject_log_error"])
def test_who_could_acknowledge_nothing_takes_the_next_jobs_all_the_same(own_redis, answer):
    got: list[Any] = []
    queue = Queue("jobs", routing_key="jobs")
    with Connection(own_redis.url, transport_options={"socket_timeout": 0.2 * PATIENCE}) as link:
        channel = link.channel()
        channel.basic_qos(0, HELD, False)

        def has(number: int) -> bool:
            with suppress(TimeoutError, *link.connection_errors):
                link.drain_events(timeout=0.2 * PATIENCE)
            return len(got) == number

        with Consumer(channel, queue, callbacks=[lambda body, message: got.append(message)]):
            for number in range(2 * HELD):
                Producer(channel).publish(number, routing_key="jobs", declare=[queue])
            wait_until(lambda: has(HELD), seconds=5, what="as many jobs as may be held")
            own_redis.freeze()
            for message in got:
                getattr(message, answer)(logging.getLogger(__name__), errors=link.connection_errors)
            own_redis.thaw()
            wait_until(lambda: has(2 * HELD), seconds=5, what="the next jobs")
    assert [message.payload for message in got] == list(range(2 * HELD))
