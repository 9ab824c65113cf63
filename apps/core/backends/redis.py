"""Redis behind a breaker, one for each server: caches, sessions and timelines on it learn together that it is away.

It takes ``REDIS_CLIENT_CLASS`` of django-redis. Time-outs are the connection pool's; none is tried again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import redis
from redis.client import Pipeline

from apps.core.breaker import Breaker, Open

AWAY = (redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError, redis.ReadOnlyError)
"""Says that a server does not answer, or takes nothing: it hangs, is gone, starts, or was made a replica."""

REFUSES = (*AWAY, redis.OutOfMemoryError)
"""One that has no memory left answers, and lets go of what it has; it only takes nothing new. No breaker opens."""


@lru_cache
def breaker_of(host: str, port: int) -> Breaker:
    return Breaker(*AWAY, name=f"{host}:{port}")


class _Guarded(redis.Redis):
    @contextmanager
    def guarded(self) -> Iterator[None]:
        pool = self.connection_pool.connection_kwargs
        try:
            with breaker_of(str(pool.get("host")), int(pool.get("port", 0))).guarding():
                yield
        except Open as error:
            raise redis.ConnectionError(str(error)) from error


class Redis(_Guarded):
    """redis-py's client, which raises ``ConnectionError`` at once while its server is known to be away."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with self.guarded():
            return super().execute_command(*args, **options)

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> "GuardedPipeline":
        return GuardedPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


class GuardedPipeline(Pipeline, _Guarded):
    def execute(self, raise_on_error: bool = True) -> list[Any]:
        with self.guarded():
            return super().execute(raise_on_error)
