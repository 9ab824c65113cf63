"""Celery's queue in Redis, of which a worker goes on taking jobs after Redis stood still.

kombu keeps a place taken by a job whose acknowledgement, or rejection, failed. After as many as a worker may hold at once (eight,
of two processes) it takes nothing more, for ever, and says so nowhere. Here the place is free again. Redis still has the job among
those that nobody acknowledged, and gives it once more when ``visibility_timeout`` is over, which does no harm.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis, virtual


class QoS(redis.QoS):  # type: ignore[misc]
    def ack(self, delivery_tag: Any) -> None:
        with self._freed(delivery_tag):
            super().ack(delivery_tag)

    def reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        with self._freed(delivery_tag):
            super().reject(delivery_tag, requeue=requeue)

    @contextmanager
    def _freed(self, delivery_tag: Any) -> Iterator[None]:
        try:
            yield
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):  # type: ignore[misc]
    QoS = QoS


class Transport(redis.Transport):  # type: ignore[misc]
    Channel = Channel


def install() -> None:
    """Let addresses of Redis mean this transport: kombu takes it from the address, and from no setting."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"
