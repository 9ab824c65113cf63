"""Which reads may be late, and for whom. ``tests/timelines/test_replica.py`` looks at real servers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections, router

from apps.core import freshness, ids
from apps.core.freshness import may_be_stale
from apps.core.ids import NIL
from apps.journal.activities import Activity
from apps.journal.handler import journal
from apps.posts.models import Post
from project.routers import PINNED, CassandraRouter, MongoRouter

pytestmark = pytest.mark.once
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ME = ids.mint(now=NOW - timedelta(days=1))


@pytest.fixture
def routed(monkeypatch):
    """Return a function that says where a read of ``ME`` goes at a moment."""
    monkeypatch.setattr(MongoRouter, "_measure", lambda self: None)

    def asked(now: datetime = NOW, reader_id: Any = ME) -> str:
        with may_be_stale(reader_id=reader_id, now=now):
            return MongoRouter().db_for_read(Post) or "default"

    return asked


def act(moment: datetime) -> Activity:
    return Activity(ids.mint(now=moment), ME, "Like", ids.mint(now=NOW), {"v": 1})


@pytest.mark.django_db
def test_only_what_is_marked_goes_to_a_replica(routed):
    assert MongoRouter().db_for_read(Post) is None
    assert routed() == "replica"
    assert MongoRouter().db_for_read(Post) is None


@pytest.mark.django_db
def test_what_nobody_in_particular_reads_is_fresh_because_shared_caches_keep_it(routed):
    assert routed(reader_id=NIL) == "default"


@pytest.mark.django_db
def test_who_has_just_written_reads_from_the_primary_for_a_bounded_time(routed):
    journal().append([act(NOW)])
    assert routed(NOW) == routed(NOW + PINNED - timedelta(seconds=1)) == "default"
    assert routed(NOW + PINNED + timedelta(seconds=1)) == "replica"


def test_where_the_journal_does_not_answer_reads_are_fresh_and_soon_ask_it_no_more(routed, monkeypatch):
    asked = []

    def away(actor_id):
        asked.append(actor_id)
        raise OperationalError

    monkeypatch.setattr(journal(), "newest_of", away)
    assert {routed() for _ in range(20)} == {"default"}
    assert len(asked) < 20


@pytest.mark.django_db
def test_all_queries_of_a_block_go_the_same_way(routed, monkeypatch):
    with may_be_stale(reader_id=ME, now=NOW):
        first = MongoRouter().db_for_read(Post)
        journal().append([act(NOW)])
        assert MongoRouter().db_for_read(Post) == first == "replica"
    assert freshness.reading() is None


def test_every_write_goes_to_the_primary():
    row = Post()
    row._state.db = "replica"
    with may_be_stale(reader_id=ME, now=NOW):
        assert router.db_for_write(Post) == "default"
        assert MongoRouter().db_for_write(Post, instance=row) == "default"


def test_no_migration_goes_to_a_replica_or_a_keyspace(monkeypatch):
    monkeypatch.setitem(connections.settings, "keyspace", {"ENGINE": "django_cassandra_engine"})
    assert MongoRouter().allow_migrate("replica", "posts") is False
    assert MongoRouter().allow_migrate("default", "posts") is None
    assert CassandraRouter().allow_migrate("keyspace", "posts") is False
    assert CassandraRouter().allow_migrate("keyspace", "journal_cassandra") is False
    assert CassandraRouter().allow_migrate("default", "journal_cassandra") is False
    assert CassandraRouter().allow_migrate("default", "posts") is None
