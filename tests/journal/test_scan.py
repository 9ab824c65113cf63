"""A scan of many activities: each once, resumed where it was interrupted, a page in memory at a time.

``SCAN_ACTIVITIES`` is how many; ``make soak`` asks for a million.
"""

import os
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice

import pytest
from cassandra.concurrent import execute_concurrent
from cassandra.query import BatchStatement, BatchType
from django.conf import settings
from django.db import connections

from apps.core import ids
from apps.journal.activities import Activity
from apps.journal.backends.cassandra import Journal, journal, statements
from tests.cassandra import lose_journal

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("cassandra" not in settings.DATABASES, reason="of a journal on Cassandra"),
]
MANY = int(os.environ.get("SCAN_ACTIVITIES", "100000"))
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
FLAT_BYTES = 24 * 2**20
TEXT = "what somebody said, " * 5


def activities() -> Iterator[Activity]:
    """Yield ``MANY``, a hundred a second, in the order of their partitions."""
    for minute in range(-(-MANY // 6000)):
        moments = (NOW + timedelta(minutes=minute, milliseconds=10 * n) for n in range(min(6000, MANY - 6000 * minute)))
        made = [ids.mint(now=moment) for moment in moments]
        for id in sorted(made, key=lambda id: journal._key(id)[:2]):
            yield Activity(id, id, "Create", id, {"v": 1, "text": TEXT})


def store() -> int:
    """Put all of them into the table of activities alone, by batches for one partition each: a tenth of the time.

    Return what all ids make by exclusive or.
    """
    checksum = 0
    session = connections["cassandra"].connection.session
    append = session.prepare(statements.text("APPEND", "cassandra"))

    def batches() -> Iterator[tuple[BatchStatement, None]]:
        nonlocal checksum
        for _, group in groupby(map(journal._row, activities()), key=lambda row: row[:2]):
            while rows := list(islice(group, 100)):
                batch = BatchStatement(BatchType.UNLOGGED)
                for row in rows:
                    checksum ^= int.from_bytes(row[2])
                    batch.add(append, row)
                yield batch, None

    for done, answer in execute_concurrent(session, batches(), concurrency=8, results_generator=True):
        assert done, answer
    return checksum


@pytest.fixture(autouse=True)
def _lost_at_the_end() -> Iterator[None]:
    yield
    lose_journal()


def test_everything_is_scanned_once_in_flat_memory_however_often_it_is_interrupted():
    checksum = store()
    seen, position, interrupted = 0, "", 0
    tracemalloc.start()
    while True:
        part = 0
        for at, activity in islice(Journal().scan(position), MANY // 3):
            position, part = at, part + 1
            checksum ^= activity.id.int
        seen += part
        if part < MANY // 3:
            break
        interrupted += 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (seen, interrupted, checksum) == (MANY, 3, 0), "each once"
    assert peak < FLAT_BYTES, f"{peak / 2**20:.0f} MiB at most"
