"""Fixtures of servers. Where the program is missing a test is not run, and says so; with CI=true that is a failure."""

import os
from collections.abc import Iterator

import pytest

from . import nginx, redis, varnish
from .redis import RedisServer
from .redis_cluster import RedisClusterServers


def _needs(program: str, name: str, profile: str) -> None:
    if not program:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is missing: `make servers PROFILE={profile}` gets it")
        pytest.skip(f"NOT RUN: no {name}. `make servers PROFILE={profile}` gets it.")


@pytest.fixture(scope="session")
def varnish_program() -> str:
    _needs(varnish.PROGRAM, "varnishd", "big_cat")
    return varnish.PROGRAM


@pytest.fixture(scope="session")
def nginx_program() -> str:
    _needs(nginx.PROGRAM, "nginx", "cheetah")
    return nginx.PROGRAM


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Return a Redis that evicts nothing and keeps nothing."""
    _needs(redis.PROGRAM, "redis-server", "cheetah")
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def started_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisClusterServers]:
    _needs(redis.PROGRAM, "redis-server", "cheetah")
    servers = RedisClusterServers(tmp_path_factory.mktemp("cluster"))
    yield servers
    servers.stop()


@pytest.fixture
def redis_cluster(started_cluster: RedisClusterServers) -> RedisClusterServers:
    """Return a Redis Cluster of three masters with a replica each, all alive, that the test may harm."""
    started_cluster.mend()
    return started_cluster


@pytest.fixture
def own_redis(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Return a server that the test may harm."""
    server = RedisServer(tmp_path_factory.mktemp("own-redis"))
    yield server
    server.stop()
