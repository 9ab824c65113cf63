"""Which servers of a replica set answer what: entries that may be late come from a secondary, what decides does not."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from pymongo import monitoring

from apps.posts.models import Post
from apps.timelines import selectors as timelines
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif("replica" not in settings.DATABASES, reason="of tiers that read from a replica")
LATER = timedelta(minutes=20)


class Answered(monitoring.CommandListener):
    """Which servers answered what is read of posts: ids of entries by author or thread, or rows by key."""

    def __init__(self) -> None:
        self.servers: dict[str, set[Any]] = defaultdict(set)

    def started(self, event: Any) -> None:
        command = event.command
        if command.get("aggregate") == Post._meta.db_table:
            by = "key" if set(_matched(command["pipeline"])) == {"_id"} else "range"
            self.servers[by].add(event.connection_id)

    def succeeded(self, event: Any) -> None:
        """Only where it was sent counts."""

    failed = succeeded


def _matched(pipeline: list[dict[str, Any]]) -> list[str]:
    text = str(next((stage["$match"] for stage in pipeline if "$match" in stage), {}))
    return [name for name in ("author", "thread", "_id") if f"'{name}'" in text]


@pytest.fixture
def answered(db: None) -> Iterator[Answered]:
    """Listen to every command, and read from secondaries as the settings say."""
    listener = Answered()
    with (
        connected("default", settings.DATABASES["default"]["OPTIONS"], listener),
        connected("replica", settings.DATABASES["replica"]["LATE"], listener),
    ):
        yield listener


@contextmanager
def connected(alias: str, options: dict[str, Any], listener: Answered) -> Iterator[None]:
    """Give an alias a client of its own meanwhile; the others' goes on."""
    connection: Any = connections[alias]
    connection.ensure_connection()
    before = connection._connection_pools.pop(alias), connection.settings_dict["OPTIONS"]
    connection.forget_client()
    connection.settings_dict["OPTIONS"] = {**options, "event_listeners": [listener]}
    try:
        connection.ensure_connection()
        # Until it knows one, the driver takes the primary for want of a secondary.
        wait_until(lambda: connection.connection.secondaries, seconds=10, what="a driver that knows a secondary")
        yield
    finally:
        if connection.connection is not None:
            connection._connection_pools.pop(alias).close()
        connection._connection_pools[alias], connection.settings_dict["OPTIONS"] = before
        connection.forget_client()
        connection.ensure_connection()


def _primary() -> Any:
    return connections["default"].connection.primary  # type: ignore[attr-defined]


def test_a_profile_takes_its_entries_from_a_secondary_and_their_heads_from_the_primary(answered, world):
    author, reader = world.people(2)
    post = world.post(author)
    later = world.now + LATER
    answered.servers.clear()

    def is_there() -> bool:
        page = timelines.profile(viewer_id=reader, person_id=author, now=later)
        return [shown.entry.id for shown in page.entries] == [post]

    wait_until(is_there, seconds=10, what="a secondary that has the post")
    assert answered.servers["range"]
    assert _primary() not in answered.servers["range"]
    assert answered.servers["key"] == {_primary()}


def test_one_who_has_just_written_reads_everything_from_the_primary(answered, world):
    author, reader = world.people(2)
    world.post(author)
    post = world.post(reader)
    answered.servers.clear()
    page = timelines.profile(viewer_id=reader, person_id=reader, now=world.now)
    assert [shown.entry.id for shown in page.entries] == [post]
    assert answered.servers["range"] | answered.servers["key"] == {_primary()}


def test_a_timeline_is_built_from_the_primary(answered, world):
    viewer, friend = world.people(2)
    world.follow(viewer, friend)
    post = world.post(friend)
    answered.servers.clear()
    later = world.now + LATER
    assert [shown.entry.id for shown in timelines.home(viewer_id=viewer, now=later).entries] == [post]
    assert answered.servers["range"] == {_primary()}
