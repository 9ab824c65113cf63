"""django-redis on a Redis Cluster: it has no client for one, and on three masters most of its commands would be refused.

A cluster has one database, so each alias has a ``KEY_PREFIX`` of its own and is cleared by it.
"""

from collections.abc import Iterator
from typing import Any

import redis
from django_redis.client import DefaultClient
from django_redis.exceptions import ConnectionInterrupted
from django_redis.pool import ConnectionFactory
from redis.commands import CoreCommands
from redis.event import EventDispatcher

from apps.core.backends.redis_nodes import Command, Nodes, whole

_BATCH = 500


class Cluster(CoreCommands):  # type: ignore[type-arg]
    """A cluster as redis-py's client of one server: what names keys of several slots, or none, is here or refused."""

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes
        self._event_dispatcher = EventDispatcher()
        self._callbacks = redis.Redis().response_callbacks

    def execute_command(self, *args: Any, **options: Any) -> Any:
        ((_, answer),) = whole(self.nodes.ask([args], _key_of, lambda *_: args))
        options.pop("keys", None)
        return self._callbacks[args[0]](answer, **options) if args[0] in self._callbacks else answer

    def pipeline(self, transaction: bool = False) -> "Pipeline":
        return Pipeline(self.nodes)

    def mget(self, *keys: Any) -> list[Any]:  # type: ignore[override]
        found = dict[Any, Any]()
        for group, values in whole(self.nodes.ask(keys, _bytes, lambda _, group: ("MGET", *group))):
            found.update(zip(group, values, strict=True))
        return [found[key] for key in keys]

    def delete(self, *keys: Any) -> int:  # type: ignore[override]
        return sum(count for _, count in whole(self.nodes.ask(keys, _bytes, lambda _, group: ("UNLINK", *group))))

    def scan_iter(self, *args: Any, **options: Any) -> Iterator[bytes]:
        for node in self.nodes.masters():
            yield from node.client.scan_iter(*args, **options)


class Pipeline(CoreCommands):  # type: ignore[type-arg]
    """Commands on single keys that are sent together; answers are as the servers give them."""

    def __init__(self, nodes: Nodes) -> None:
        self.nodes, self.commands = nodes, list[Command]()
        self._event_dispatcher = EventDispatcher()

    def execute_command(self, *args: Any, **options: Any) -> "Pipeline":
        self.commands.append(args)
        return self

    def execute(self) -> list[Any]:
        commands, self.commands = self.commands, []
        return [said for _, said in whole(self.nodes.ask(commands, _key_of, lambda _, group: group[0], alone=True))]


def _key_of(command: Command) -> bytes:
    return _bytes(command[3] if command[0] in ("EVAL", "EVALSHA") else command[1])


def _bytes(key: Any) -> bytes:
    return key if isinstance(key, bytes) else str(key).encode()


class ClusterConnectionFactory(ConnectionFactory):  # type: ignore[type-arg]
    """Makes one client per process and address: it finds the nodes from any that answers, and follows their moves."""

    _clusters: dict[str, Cluster] = {}

    def connect(self, url: str) -> Cluster:
        if url not in self._clusters:
            params = self.make_connection_params(url)
            del params["url"], params["parser_class"]
            self._clusters[url] = Cluster(Nodes(url, in_cluster=True, **params, **self.pool_cls_kwargs))
        return self._clusters[url]

    def disconnect(self, connection: Cluster) -> None:
        connection.nodes.disconnect()


class ClusterClient(DefaultClient):  # type: ignore[type-arg]
    """``OPTIONS`` are those of django-redis; ``LOCATION`` is a node of the cluster, or several with commas between."""

    def __init__(self, server: Any, params: dict[str, Any], backend: Any) -> None:
        options = params.setdefault("OPTIONS", {})
        options.setdefault("CONNECTION_FACTORY", f"{__name__}.ClusterConnectionFactory")
        super().__init__([server], params, backend)

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
            client.delete(*found)
        except redis.ConnectionError as error:
            raise ConnectionInterrupted(connection=client) from error
