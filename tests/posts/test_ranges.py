"""A feed of many authors is merged from their ranges: right in each way, and without walking past what is not shown."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from apps.core import ids
from apps.core.ids import MAX, NIL
from apps.posts import ranges, selectors
from apps.posts.models import Post

from .factory import NOW, at

pytestmark = pytest.mark.database

LIMIT = 60
WAYS = {"in": ranges.by_in}
if connection.vendor != "mongodb":
    WAYS |= {"union": ranges.by_union, "two steps": ranges.in_two_steps}


class Examined:
    rows = 0

    def __call__(self, _: object) -> int:
        self.rows += 1
        return 1


@contextmanager
def counted() -> Iterator[Examined]:
    """Count the rows (on MongoDB keys and documents) that the database looks at."""
    found = Examined()
    with COUNTERS[connection.vendor](found):
        yield found


@contextmanager
def _by_sqlite(found: Examined) -> Iterator[None]:
    connection.ensure_connection()
    connection.connection.create_function("examined", 1, found)
    with connection.execute_wrapper(_counting):
        yield


@contextmanager
def _by_profiler(found: Examined) -> Iterator[None]:
    database = connection.database
    database.command("profile", 0)
    database["system.profile"].drop()
    database.command("profile", 2)
    try:
        yield
    finally:
        database.command("profile", 0)
    mine = database["system.profile"].find({"ns": f"{database.name}.{Post._meta.db_table}"})
    found.rows = sum(max(ran.get("keysExamined", 0), ran.get("docsExamined", 0)) for ran in mine)


@contextmanager
def _by_plan(found: Examined) -> Iterator[None]:
    """PostgreSQL says of each step of a plan how many rows it took and how many it passed over."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {Post._meta.db_table}")
        cursor.execute("SET LOCAL enable_seqscan = off")  # A table as small as a test's is read whole for anything.

    def explain(execute, sql, params, many, context):
        execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params, many, context)
        found.rows += _looked_at(context["cursor"].fetchone()[0][0]["Plan"])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield


def _looked_at(step: dict) -> int:
    own = step["Actual Rows"] + step.get("Rows Removed by Filter", 0) if "Relation Name" in step else 0
    return own * step["Actual Loops"] + sum(map(_looked_at, step.get("Plans", ())))


@contextmanager
def _by_statistics(found: Examined) -> Iterator[None]:
    """MariaDB counts, when told to, how many rows of each table it has read."""
    with connection.cursor() as cursor:
        cursor.execute("SET GLOBAL userstat = 1")
    before = _read_so_far()
    yield
    found.rows = _read_so_far() - before


def _read_so_far() -> int:
    statistics = "information_schema.TABLE_STATISTICS"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ROWS_READ FROM {statistics} WHERE TABLE_NAME = %s", [Post._meta.db_table])
        return next((int(rows) for (rows,) in cursor.fetchall()), 0)


COUNTERS = {"sqlite": _by_sqlite, "mongodb": _by_profiler, "postgresql": _by_plan, "mysql": _by_statistics}


def _counting(execute, sql, params, many, context):
    return execute(re.sub(r"\bWHERE ", 'WHERE examined("id") AND ', sql), params, many, context)


def write(author: UUID, *seconds: float, pushed: bool = True) -> list[UUID]:
    rows = [Post(id=at(second), author=author, standing=True, created=at(second), pushed=pushed) for second in seconds]
    Post.objects.bulk_create(rows)
    return [row.id for row in rows]


def people(count: int) -> list[UUID]:
    return [at() for _ in range(count)]


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("newest_first", [True, False])
def test_every_way_gives_the_same_page(way, newest_first):
    chance, authors, strangers = random.Random(7), people(12), people(3)
    mine = [
        id for author in authors for id in write(author, *(chance.random() * 1000 for _ in range(chance.randrange(9))))
    ]
    for author in strangers:
        write(author, *(chance.random() * 1000 for _ in range(20)))
    bounds = [(MAX, NIL), (at(700), NIL), (MAX, at(300)), (at(700), at(300)), (at(0), NIL)]
    for before, after in bounds:
        for limit in (1, 5, 100):
            span = ranges.Range(before, after, newest_first, limit)
            expected = sorted((id for id in mine if after < id < before), reverse=newest_first)[:limit]
            assert WAYS[way](connection, authors, span) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
def test_every_way_finds_what_is_merged_at_reading(way):
    author = at()
    write(author, 1, 2, 3)
    merged = write(author, 1.5, 2.5, pushed=False)
    span = ranges.Range(MAX, NIL, True, 10, merged_only=True)
    assert WAYS[way](connection, [author], span) == merged[::-1]


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
def test_nobody_has_written_yet(way):
    assert WAYS[way](connection, people(3), ranges.Range(MAX, NIL, True, 10)) == []


@pytest.mark.django_db
def test_more_authors_than_fit_a_query_are_merged_too():
    authors = people(450)
    Post.objects.bulk_create([Post(id=at(n), author=author, created=at(n)) for n, author in enumerate(authors)])
    page = selectors.entries(authors=authors, limit=25)
    assert [entry.author for entry in page] == authors[::-1][:25]
    older = selectors.entries(authors=authors, before=page[-1].id, limit=25)
    assert [entry.author for entry in older] == authors[::-1][25:50]
    newer = selectors.entries(authors=authors, after=older[0].id, newest_first=False, limit=25)
    assert [entry.author for entry in newer] == [entry.author for entry in page][::-1]


@pytest.mark.django_db
def test_no_authors_is_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert selectors.entries(authors=[], limit=20) == []


@pytest.mark.django_db
@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("kind", ["busy", "quiet", "busy and quiet", "more than fit a query"])
def test_rows_examined_stay_within_the_bound(kind, newest_first):
    """≤ 3 × (followees + page), whether they write much or have been quiet while others wrote; page² in two steps."""
    authors, seconds = people(450 if kind == "more than fit a query" else 200), {"busy": 0, "quiet": -100_000}
    rows = []
    for n, author in enumerate(authors):
        start = seconds.get(kind, -100_000 if n % 2 else 0)
        rows += [Post(id=_id(start + n + 0.1 * m), author=author) for m in range(3 if start else 12)]
    rows += [Post(id=_id(n * 0.05), author=stranger) for stranger in people(4) for n in range(700)]
    Post.objects.bulk_create(rows, batch_size=500)
    with counted() as examined:
        page = selectors.entries(authors=authors, limit=LIMIT, newest_first=newest_first)
    assert len(page) == LIMIT
    shown = LIMIT**2 if ranges.strategy(connection) is ranges.in_two_steps else LIMIT
    assert 0 < examined.rows <= 3 * (len(authors) + shown)


def _id(seconds: float) -> UUID:
    return ids.mint(now=NOW + timedelta(seconds=seconds))


@pytest.mark.django_db
def test_the_database_walks_only_the_index(django_assert_num_queries):
    """One query for the ids (or two steps), one for the entries; on SQLite each term is a search in the covering index."""
    authors = people(3)
    for author in authors:
        write(author, 1, 2, 3)
    with django_assert_num_queries(3 if ranges.strategy(connection) is ranges.in_two_steps else 2) as ran:
        assert len(selectors.entries(authors=authors, limit=5)) == 5
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {ran.captured_queries[0]['sql']}")
            plan = [row[3] for row in cursor.fetchall()]
        assert plan.count("SEARCH posts_post USING COVERING INDEX posts_post_author (author=? AND id>? AND id<?)") == 3
        assert not [step for step in plan if "SCAN" in step or "TEMP B-TREE" in step]


class Features:
    def __init__(self, **said: bool) -> None:
        vars(self).update(said)


class Connection:
    def __init__(self, vendor: str, **said: bool) -> None:
        self.vendor, self.features = vendor, Features(**said)


@pytest.mark.parametrize(
    ("database", "way"),
    [
        (Connection("sqlite"), ranges.by_union),
        (Connection("postgresql"), ranges.in_two_steps),
        (Connection("mongodb"), ranges.by_in),
        (Connection("mysql"), ranges.in_two_steps),
        (Connection("mysql", merges_unions=True), ranges.by_union),
        (Connection("sqlite", merges_in=True), ranges.by_in),
        (Connection("postgresql", merges_unions=True), ranges.by_union),
    ],
)
def test_the_way_is_chosen_by_what_the_database_can(database, way):
    assert ranges.strategy(database) is way
