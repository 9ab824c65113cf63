from collections.abc import Iterator

import pytest
from django.test.utils import override_settings

from apps.journal import tasks
from apps.timelines import epochs

from .society import Late


@pytest.fixture(autouse=True)
def _small(settings) -> Iterator[None]:
    """Timelines with room for five, and whoever has two followers is merged: a short history reaches every branch."""
    epochs.forget()
    options = {**settings.TIMELINES, "OPTIONS": {**settings.TIMELINES.get("OPTIONS", {}), "CAP": 5}}
    with override_settings(TIMELINES=options, PUSH_LIMIT=2):
        yield
    epochs.forget()


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Late:
    """Jobs wait until the test delivers them."""
    late = Late([])
    monkeypatch.setattr(tasks, "carry_out", late)
    return late
