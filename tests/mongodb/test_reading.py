"""Prefetch, sums, and what happens between two batches."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, OperationalError
from django.db.models import Count, Sum

from project.mongodb.rows import rows_by_id

from .rows import author, book, entries, reader
from .shelf import Author, Book, Entry, Reader
from .traps import ALIAS, create, trap


@trap("NotSupportedError: prefetch_related over a many-to-many")
def test_prefetch_over_a_many_to_many_takes_one_query_for_all(engine):
    create(engine, Author, Reader, Book)
    first, second, _ = (book(author(name), title=name) for name in "abc")
    ann, bob = reader("ann"), reader("bob")
    first.readers.add(ann, bob)
    second.readers.add(bob)
    engine.force_debug_cursor = True
    engine.queries_log.clear()
    found = list(Book.objects.using(ALIAS).order_by("title").prefetch_related("readers"))
    assert [{r.name for r in row.readers.all()} for row in found] == [{"ann", "bob"}, {"bob"}, set()]
    people = Reader.objects.using(ALIAS).order_by("name").prefetch_related("books")
    assert [{b.title for b in row.books.all()} for row in people] == [{"a"}, {"a", "b"}]
    assert len(engine.queries_log) == 4
    engine.force_debug_cursor = False


@trap("the sum of nothing is 0")
def test_a_sum_of_nothing_is_null_as_in_sql(engine):
    create(engine, Author, Book)
    written, idle, unknown = author("a"), author("b"), author("c")
    book(written, pages=0)
    book(written, pages=7)
    book(unknown, pages=None)
    rows = Author.objects.using(ALIAS).annotate(pages=Sum("books__pages"), count=Count("books")).order_by("name")
    assert [(row.pages, row.count) for row in rows] == [(7, 2), (None, 0), (None, 1)]
    assert idle.books.using(ALIAS).aggregate(Sum("pages")) == {"pages__sum": None}
    assert unknown.books.using(ALIAS).aggregate(Sum("pages"), twice=Sum("pages") + Sum("pages")) == {
        "pages__sum": None,
        "twice": None,
    }
    assert [row.name for row in rows.filter(pages__isnull=True)] == ["b", "c"]


@trap(
    "what fails after the first batch comes as the driver's error",
)
def test_what_fails_between_two_batches_is_a_database_error(engine):
    create(engine, Entry)
    entries(authors=2, each=100)
    rows = Entry.objects.using(ALIAS).iterator(chunk_size=2)
    next(rows)
    engine.connection.admin.command("killAllSessions", [])
    with pytest.raises(DatabaseError):
        list(rows)


def test_a_moment_is_found_by_the_very_value_that_it_was_saved_with(engine):
    create(engine, Author)
    moment = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
    author("a", born=moment)
    found = Author.objects.using(ALIAS).get(born=moment)
    assert found.born == moment.replace(microsecond=123000)


@trap("AutoReconnect: no driver asks for a further batch again", fixture="proxied")
def test_a_read_that_lost_its_server_between_two_batches_is_repeated(proxied):
    connection, proxy = proxied
    create(connection, Reader)
    Reader.objects.using(ALIAS).bulk_create([Reader(id=UUID(int=n), name=f"r{n}") for n in range(1, 301)])
    proxy.cut("getMore")
    assert len(Reader.objects.using(ALIAS).all()) == 300
    assert proxy.lost == 1


@trap("AutoReconnect: drivers repeat a read once", fixture="proxied")
def test_a_read_that_lost_two_servers_is_repeated(proxied):
    connection, proxy = proxied
    create(connection, Reader)
    ann = reader("ann")
    for ask in (
        lambda: Reader.objects.using(ALIAS).get().pk == ann.pk,
        lambda: Reader.objects.using(ALIAS).count() == 1,
        lambda: rows_by_id(connection, Reader, [ann.pk], ("name",)) == [("ann",)],
    ):
        proxy.cut("aggregate", times=2)
        assert ask()
    assert proxy.lost == 6


def test_what_is_read_in_chunks_is_not_repeated_because_its_reader_has_a_part(proxied):
    connection, proxy = proxied
    create(connection, Reader)
    Reader.objects.using(ALIAS).bulk_create([Reader(id=UUID(int=n), name=f"r{n}") for n in range(1, 301)])
    proxy.cut("getMore")
    with pytest.raises(OperationalError):
        list(Reader.objects.using(ALIAS).iterator(chunk_size=50))
