"""A worker's end of its queues, which outlives what a broker refuses for a while."""

from typing import Any

from amqp import NotFound, ResourceLocked
from celery.worker.consumer import Consumer as CeleryConsumer


class Consumer(CeleryConsumer):  # type: ignore[misc]
    """It asks again for its own queue for commands, which is another connection's until that is known to be dead, and for a
    queue of which most copies are away. Of what no waiting mends, as a wrong password, the worker still ends.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.channel_errors = (NotFound, ResourceLocked)
