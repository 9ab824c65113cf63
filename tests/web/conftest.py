"""People who are logged in, and what they have written, for tests of pages."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.services import register_person
from apps.graph import services as graph
from apps.posts import services as posts
from apps.posts.values import Audience, Head


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """Return a clock that goes on by a second each time and ends in the past, where the pages' clock is later."""
    start = timezone.now() - timedelta(hours=2)
    seconds = iter(range(1, 7000))
    return lambda: start + timedelta(seconds=next(seconds))


@pytest.fixture
def person(db, clock) -> Callable[[str], User]:
    """Return a function that signs somebody up."""

    def sign_up(name: str) -> User:
        user = User(username=name)
        user.set_unusable_password()
        user.save()
        register_person(user=user, now=clock())
        return user

    return sign_up


@pytest.fixture
def logged_in(client) -> Callable[[User], Client]:
    """Return a function that logs somebody in."""

    def log_in(user: User) -> Client:
        fresh = Client()
        fresh.force_login(user)
        return fresh

    return log_in


@pytest.fixture
def write(clock) -> Callable[..., Head]:
    """Return a function that publishes a post."""

    def publish(author: User, text: str, *, audience: Audience = Audience.PUBLIC, parent: UUID | None = None) -> Head:
        return posts.publish(author_id=author.pk, text=text, audience=audience, parent_id=parent, now=clock())

    return publish


@pytest.fixture
def follow(clock) -> Callable[[User, User], None]:
    """Return a function that lets one follow another."""

    def start(follower: User, followee: User) -> None:
        graph.follow(actor_id=follower.pk, person_id=followee.pk, now=clock())

    return start
