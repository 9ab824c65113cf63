"""People for tests of posts, with accounts, profiles and what stands between them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from apps.accounts.models import User
from apps.accounts.services import register_person
from apps.core import folds
from apps.core.expressions import Const
from apps.core.folds import RowFold
from apps.core.ids import key_of
from apps.graph.models import Count

from .factory import NOW, at


@pytest.fixture
def person(db) -> Callable[..., UUID]:
    """Return a function that signs somebody up."""

    def sign_up(name: str, **more: object) -> UUID:
        more = {"id": at(), **more}  # Not of now: rows that name them would be newer than what tests do at NOW.
        user = User.objects.create_user(username=name, **more) if "password" in more else User(username=name, **more)
        user.save()
        register_person(user=user, now=NOW)
        return user.pk

    return sign_up


@pytest.fixture
def later() -> Callable[[], datetime]:
    """Return a clock that goes on by a second each time."""
    seconds = iter(range(1, 1_000_000))
    return lambda: NOW + timedelta(seconds=next(seconds))


@pytest.fixture
def has_followers() -> Callable[[UUID, int], None]:
    """Return a function that says how many followers somebody was counted to have."""

    def say(person_id: UUID, count: int) -> None:
        values = {"object": Const(person_id), "kind": Const("followers"), "value": Const(count)}
        folds.apply(RowFold(Count, key_of(person_id, "followers"), values))

    return say
