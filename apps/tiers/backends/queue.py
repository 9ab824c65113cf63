"""The queue of jobs, through whatever broker Celery speaks to."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from celery import current_app
from kombu import Connection
from kombu.exceptions import ChannelError

from apps.tiers.nodes import Node

from .base import Answer, Store, ask_each

_TIMES = ("socket_timeout", "socket_connect_timeout", "read_timeout", "write_timeout")
"""What the transports call how long they wait."""


def probe(store: Store, *, timeout: float) -> list[Node]:
    """Return every broker that the settings name; the first that answers says how many jobs wait for a worker."""
    urls = dict(zip(store.members, store.urls, strict=True))

    def ask(name: str) -> Answer:
        return Answer(_asked(name, urls[name], timeout))

    return list(_said_once(answer.node for answer in ask_each(store, ask, timeout=timeout, members=urls)))


def _asked(name: str, url: str, timeout: float) -> Node:
    options = dict.fromkeys(_TIMES, timeout)
    started = time.perf_counter()
    with Connection(url, connect_timeout=timeout, transport_options=options) as broker:
        broker.ensure_connection(max_retries=0)
        latency = time.perf_counter() - started
        return Node(name, latency=latency, waiting=sum(_waiting(broker, queue) for queue in current_app.amqp.queues))


def _waiting(broker: Any, queue: str) -> int:
    """Return how many jobs are in a queue. Each has a channel: a broker closes it where there is no such queue."""
    try:
        return int(broker.channel().queue_declare(queue=queue, passive=True).message_count)
    except ChannelError:  # Nobody has put anything there yet.
        return 0


def _said_once(nodes: Iterable[Node]) -> Iterator[Node]:
    """Leave the number of jobs to one of them: brokers of a cluster all count the same queues."""
    said = False
    for node in nodes:
        yield replace(node, waiting=None) if said else node
        said = said or node.waiting is not None
