"""Fixtures of servers. Where the program is missing a test is not run, and says so; with CI=true that is a failure."""

import os
from collections.abc import Iterator

import pytest

from .redis import PROGRAM, RedisServer


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Return a Redis that evicts nothing and keeps nothing."""
    if not PROGRAM:
        if os.environ.get("CI") == "true":
            pytest.fail("Redis is missing: `make servers PROFILE=cheetah` gets it")
        pytest.skip("NOT RUN: no redis-server. `make servers PROFILE=cheetah` gets it.")
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.thaw()
    server.kill()
