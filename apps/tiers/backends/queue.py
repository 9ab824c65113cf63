"""The queue of jobs, through whatever broker Celery speaks to."""

import time

from celery import current_app
from kombu import Connection
from kombu.exceptions import ChannelError

from apps.tiers.nodes import Node

from .base import Store


def probe(store: Store, *, timeout: float) -> list[Node]:
    """Return the broker, and how many jobs wait there for a worker."""
    times = {"socket_timeout": timeout, "socket_connect_timeout": timeout, "max_retries": 0}
    started = time.perf_counter()
    with Connection(store.url, connect_timeout=timeout, transport_options=times) as broker:
        channel = broker.channel()
        latency = time.perf_counter() - started
        waiting = sum(_waiting(channel, name) for name in current_app.amqp.queues)
    return [Node(store.name, latency=latency, waiting=waiting)]


def _waiting(channel, name: str) -> int:  # type: ignore[no-untyped-def]
    try:
        return int(channel.queue_declare(queue=name, passive=True).message_count)
    except ChannelError:  # Nobody has put anything there yet.
        return 0
