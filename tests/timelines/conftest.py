"""A world for each test, on each backend of the settings' own choice."""

from collections import Counter
from collections.abc import Iterator

import pytest
import redis

from apps.timelines import epochs

from .world import World


@pytest.fixture(autouse=True)
def _no_epoch_is_remembered() -> Iterator[None]:
    epochs.forget()
    yield
    epochs.forget()


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def trips(monkeypatch) -> Counter:
    """Count, by port, how often something is sent to a Redis server."""
    sent: Counter = Counter()
    plain = redis.Connection.send_packed_command

    def counting(self, command, check_health=True):
        sent[self.port] += 1
        return plain(self, command, check_health)

    monkeypatch.setattr(redis.Connection, "send_packed_command", counting)
    return sent
