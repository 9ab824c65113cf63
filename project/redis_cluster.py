"""django-redis on a Redis Cluster: it has no client for one, and on three masters most of its commands would be refused.

A cluster has one database, so each alias has a ``KEY_PREFIX`` of its own and is cleared by it.
"""

from collections.abc import Collection
from typing import Any

from django_redis.client import DefaultClient
from django_redis.exceptions import ConnectionInterrupted
from django_redis.pool import ConnectionFactory
from redis import RedisCluster
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException

_BATCH = 500


class Cluster(RedisCluster):
    """Says that it is away as a single server does."""

    def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().execute_command(*args, **kwargs)
        except RedisClusterException as error:
            raise RedisConnectionError(f"no node answers: {error}") from error


class ClusterConnectionFactory(ConnectionFactory):  # type: ignore[type-arg]
    """Makes one client per process and address: it finds the nodes from any that answers, and follows their moves."""

    _clusters: dict[str, Cluster] = {}

    def connect(self, url: str) -> Cluster:
        if url not in self._clusters:
            params = self.make_connection_params(url)
            params.pop("parser_class")
            try:
                self._clusters[url] = Cluster.from_url(**params, **self.pool_cls_kwargs)  # type: ignore[assignment]
            except (RedisClusterException, RedisConnectionError) as error:
                raise ConnectionInterrupted(connection=None) from error
        return self._clusters[url]

    def disconnect(self, connection: Cluster) -> None:
        connection.disconnect_connection_pools()


class ClusterClient(DefaultClient):  # type: ignore[type-arg]
    """``OPTIONS`` are those of django-redis; ``LOCATION`` is any of the nodes."""

    def __init__(self, server: Any, params: dict[str, Any], backend: Any) -> None:
        options = params.setdefault("OPTIONS", {})
        options.setdefault("CONNECTION_FACTORY", f"{__name__}.ClusterConnectionFactory")
        super().__init__(server, params, backend)

    def get_many(self, keys: Collection[str], version: int | None = None, client: Any = None) -> dict[str, Any]:
        """Ask each node once for those of the keys that it holds."""
        names = {self.make_key(key, version=version): key for key in keys}
        try:
            values = (client or self.get_client(write=False)).mget_nonatomic(list(names)) if names else []
        except RedisConnectionError as error:
            raise ConnectionInterrupted(connection=client) from error
        return {key: self.decode(value) for key, value in zip(names.values(), values, strict=True) if value is not None}

    def clear(self, client: Any = None) -> None:
        """Delete what is this alias's: the other aliases live in the same database."""
        client = client or self.get_client(write=True)
        try:
            found: list[bytes] = []
            for key in client.scan_iter(match=self.make_pattern("*"), count=_BATCH):
                found.append(key)
                if len(found) >= _BATCH:
                    client.delete(*found)
                    found = []
            if found:
                client.delete(*found)
        except RedisConnectionError as error:
            raise ConnectionInterrupted(connection=client) from error
