"""People who have signed up, and a clock of the test's own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from apps.accounts.models import User
from apps.accounts.services import register_person

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
PASSWORD = "a-cat-on-a-warm-roof"


@pytest.fixture
def later() -> Callable[[], datetime]:
    """Return a clock that goes on by a second each time."""
    seconds = iter(range(1, 1_000_000))
    return lambda: NOW + timedelta(seconds=next(seconds))


@pytest.fixture
def person(db, later) -> Callable[..., User]:
    """Return a function that signs somebody up."""

    def sign_up(name: str, **more: object) -> User:
        user = User.objects.create_user(username=name, password=PASSWORD, **more)
        register_person(user=user, now=later())
        return user

    return sign_up
