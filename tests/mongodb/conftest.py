"""A database of its own for each engine, apart from the one that the site's tests use."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django_mongodb_backend.base import DatabaseWrapper as StockWrapper

from project.mongodb.base import DatabaseWrapper

from .proxy import Proxy
from .traps import ALIAS, OURS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "mongodb":
            item.add_marker(pytest.mark.database)
            if settings.DATABASES["default"]["ENGINE"] != OURS:
                item.add_marker(pytest.mark.skip(reason="of the MongoDB engine: run by PROFILE=big_cat"))


@contextmanager
def connected(**changed: Any) -> Iterator[Any]:
    """Connect to an empty database under the alias of the tests here."""
    connections.settings[ALIAS] = {**connections["default"].settings_dict, "NAME": "traps", **changed}
    try:
        yield connections[ALIAS]
    finally:
        connections[ALIAS].ensure_connection()
        connections[ALIAS].connection.drop_database("traps")
        del connections[ALIAS], connections.settings[ALIAS]


@pytest.fixture
def engine(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[Any]:
    """A connection by our engine, or by the one that ``@trap`` names."""
    with django_db_blocker.unblock(), connected(ENGINE=getattr(request, "param", OURS)) as connection:
        yield connection


@pytest.fixture
def proxied(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[tuple[Any, Proxy]]:
    """The same through a proxy that loses answers when it is told to."""
    with django_db_blocker.unblock():
        proxy = Proxy(primary_of(connections["default"]))
        chosen = {"ENGINE": getattr(request, "param", OURS), "HOST": proxy.address}
        close_pool()
        with connected(**chosen) as connection:
            yield connection, proxy
            proxy.cut("", 0)
        close_pool()
    proxy.close()


def primary_of(connection: Any) -> tuple[str, int]:
    """Return where the server is that takes writes."""
    connection.get_database().command("ping")  # Only then does the driver look for it.
    address: tuple[str, int] = connection.connection.primary
    return address


def close_pool() -> None:
    """Close the clients that both engines keep for the alias; the next connection makes its own."""
    for wrapper in (DatabaseWrapper, StockWrapper):
        if client := wrapper._connection_pools.pop(ALIAS, None):
            client.close()
