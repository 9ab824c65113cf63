"""A world for each test, on each backend of the settings' own choice."""

from collections.abc import Iterator

import pytest

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
