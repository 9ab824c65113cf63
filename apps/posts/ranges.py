"""The newest (or oldest) entries of many authors, by merging one index range per author.

``author IN (…) ORDER BY id LIMIT n`` is the plain way, and walks far more than it returns on most databases. Which way
is quick is a question to the database software, so it is asked of the connection, never of the tier:

* ``merges_in``: it walks ``IN`` as sorted ranges and merges them (MongoDB, at most 200 values).
* ``merges_unions``: it merges the terms of a ``UNION ALL`` lazily (SQLite, by co-routines).
* neither: in two steps, first the newest id of each author, then the newest authors' newest ids, each with its own
  ``LIMIT``. MariaDB merges nothing lazily. PostgreSQL can, but thinks it cheaper to read and sort all that 200 authors
  wrote, until each term has a limit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.core.folds import batched

from .models import Post

MOST_AUTHORS = 200
"""Above this many values MongoDB loses the sorted merge, and SQLite refuses soon after."""


@dataclass(frozen=True)
class Range:
    """Which part of each author's entries is meant: ids between ``after`` and ``before``, both left out."""

    before: UUID
    after: UUID
    newest_first: bool
    limit: int
    merged_only: bool = False

    def narrowed(self, rows: "models.QuerySet[Post]") -> "models.QuerySet[Post]":
        if self.merged_only:
            rows = rows.filter(pushed=False)
        return rows.filter(pk__lt=self.before, pk__gt=self.after)

    @property
    def order(self) -> str:
        return "-pk" if self.newest_first else "pk"

    @property
    def direction(self) -> str:
        return "DESC" if self.newest_first else "ASC"


def newest_ids(*, authors: Sequence[UUID], span: Range) -> list[UUID]:
    """Return at most ``span.limit`` ids of entries by ``authors`` in the order of ``span``."""
    connection = connections[router.db_for_read(Post)]
    merged = strategy(connection)
    parts = [merged(connection, part, span) for part in batched(list(authors), MOST_AUTHORS)]
    return list(islice(merge(*parts, reverse=span.newest_first), span.limit))


Strategy = Callable[[BaseDatabaseWrapper, Sequence[UUID], Range], list[UUID]]


def strategy(connection: BaseDatabaseWrapper) -> Strategy:
    """Return how ``connection`` merges ranges best. A database engine may say so in its ``features``."""
    features, vendor = connection.features, connection.vendor
    if getattr(features, "merges_in", vendor == "mongodb"):
        return by_in
    if getattr(features, "merges_unions", vendor == "sqlite"):
        return by_union
    return in_two_steps


def by_in(connection: BaseDatabaseWrapper, authors: Sequence[UUID], span: Range) -> list[UUID]:
    rows = span.narrowed(Post.objects.using(connection.alias).filter(author__in=authors))
    return list(rows.order_by(span.order).values_list("pk", flat=True)[: span.limit])


def by_union(connection: BaseDatabaseWrapper, authors: Sequence[UUID], span: Range) -> list[UUID]:
    """One statement of one indexed ``SELECT`` per author. Built by hand: 200 querysets cost more than the query."""
    term, bounds = _term(connection, span)
    return _ids(_rows(connection, authors, span, term, bounds))


def in_two_steps(connection: BaseDatabaseWrapper, authors: Sequence[UUID], span: Range) -> list[UUID]:
    """Ask for every author's first id, then for the first entries of those ``limit`` authors who come first.

    A ``MAX`` for each author would be shorter, but MariaDB reads all that an author wrote for it.
    """
    term, bounds = _term(connection, span)
    limited = f"SELECT * FROM ({term} ORDER BY 1 {span.direction} LIMIT %s) AS newest"
    firsts = _rows(connection, authors, span, limited, [*bounds, 1])
    return _ids(_rows(connection, [author for _, author in firsts], span, limited, [*bounds, span.limit]))


def _term(connection: BaseDatabaseWrapper, span: Range) -> tuple[str, list[Any]]:
    """Return the ``SELECT`` of one author's ids (and the author), and its parameters behind the author."""
    name, field = connection.ops.quote_name, Post._meta.get_field("author")
    columns = {field.name: name(field.column or field.name) for field in Post._meta.local_concrete_fields}
    pushed, flags = (f" AND {columns['pushed']} = %s", [False]) if span.merged_only else ("", [])
    where = f"{columns['author']} = %s{pushed} AND {columns['id']} < %s AND {columns['id']} > %s"
    bounds = [field.get_db_prep_value(id, connection) for id in (span.before, span.after)]
    return f"SELECT {columns['id']}, {columns['author']} FROM {name(Post._meta.db_table)} WHERE {where}", [
        *flags,
        *bounds,
    ]


def _rows(
    connection: BaseDatabaseWrapper, authors: Sequence[UUID], span: Range, term: str, params: Sequence[Any]
) -> list[tuple[Any, Any]]:
    """Return ids and their authors, as the driver gives them."""
    if not authors:
        return []
    people = [Post._meta.get_field("author").get_db_prep_value(author, connection) for author in authors]
    statement = f"{' UNION ALL '.join([term] * len(people))} ORDER BY 1 {span.direction} LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(value for person in people for value in (person, *params)), span.limit])
        return cursor.fetchall()


def _ids(rows: Sequence[tuple[Any, Any]]) -> list[UUID]:
    return [id if isinstance(id, UUID) else UUID(id) for id, _ in rows]
