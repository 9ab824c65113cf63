"""Updates and deletes that look at other collections, and those that a server was lost under."""

import pytest
from django.db import NotSupportedError, OperationalError
from django.db.models import F, OuterRef, Subquery

from .rows import author, book, reader
from .shelf import Author, Book, Numbered, Reader
from .traps import ALIAS, create, trap


def library(engine) -> tuple[Author, Author]:
    create(engine, Author, Reader, Book)
    ann, bob = author("ann"), author("bob")
    for at in range(3):
        book(ann, title=f"a{at}", pages=at)
        book(bob, title=f"b{at}", pages=at)
    return ann, bob


def titles(**chosen: object) -> list[str]:
    return sorted(Book.objects.using(ALIAS).filter(**chosen).values_list("title", flat=True))


@trap("NotSupportedError: update() when querying across multiple collections")
def test_an_update_may_choose_by_a_join(engine):
    library(engine)
    rows = Book.objects.using(ALIAS)
    assert rows.filter(author__name="ann", pages__gt=0).update(title="gone") == 2
    assert titles() == ["a0", "b0", "b1", "b2", "gone", "gone"]
    assert rows.filter(author__name="nobody").update(title="x") == 0


@trap("updates nothing, and says nothing")
def test_an_update_may_choose_by_a_subquery(engine):
    library(engine)
    chosen = Author.objects.using(ALIAS).filter(name__startswith="a")
    assert Book.objects.using(ALIAS).filter(author__in=chosen).update(title="gone", pages=F("pages") + 1) == 3
    assert titles(title="gone", pages__gte=1) == ["gone"] * 3


@trap("NotSupportedError: delete() when querying across multiple collections")
def test_a_delete_may_choose_by_a_join(engine):
    library(engine)
    rows = Book.objects.using(ALIAS)
    assert rows.filter(author__name="ann")._raw_delete(ALIAS) == 3
    assert titles() == ["b0", "b1", "b2"]


@trap("NotSupportedError: delete() when a subquery is required")
def test_a_delete_may_choose_by_a_subquery(engine):
    library(engine)
    chosen = Author.objects.using(ALIAS).filter(name="bob")
    assert Book.objects.using(ALIAS).filter(author__in=chosen)._raw_delete(ALIAS) == 3
    assert titles() == ["a0", "a1", "a2"]


def test_deleting_everything_and_nothing(engine):
    library(engine)
    assert Book.objects.using(ALIAS).filter(pk__in=[])._raw_delete(ALIAS) == 0
    assert Book.objects.using(ALIAS).all()._raw_delete(ALIAS) == 6


def test_a_deleted_author_takes_their_books_along(engine):
    ann, _ = library(engine)
    shared = Book.objects.using(ALIAS).get(title="b0")
    shared.readers.add(reader("r"))
    assert ann.delete()[0] == 4
    assert titles() == ["b0", "b1", "b2"]
    assert shared.delete()[0] == 2


def test_a_column_can_not_be_set_from_a_subquery_and_that_is_said(engine):
    library(engine)
    names = Author.objects.using(ALIAS).filter(pk=OuterRef("author_id")).values("name")
    with pytest.raises(NotSupportedError, match="Read the values first"):
        Book.objects.using(ALIAS).update(title=Subquery(names))


@trap("AutoReconnect: drivers never repeat update_many and delete_many", fixture="proxied")
def test_an_update_of_many_that_lost_its_server_is_repeated(proxied):
    connection, proxy = proxied
    library(connection)
    proxy.cut("update")
    assert Book.objects.using(ALIAS).filter(pages__gt=0).update(title="new") == 4
    proxy.cut("delete")
    Book.objects.using(ALIAS).filter(pages__gt=0)._raw_delete(ALIAS)
    assert proxy.lost == 2
    assert titles() == ["a0", "b0"]


def test_an_update_that_must_not_happen_twice_is_not_repeated(proxied):
    connection, proxy = proxied
    library(connection)
    proxy.cut("update")
    with pytest.raises(OperationalError):
        Book.objects.using(ALIAS).filter(pages=1).update(pages=F("pages") + 10)
    assert titles(pages=11) == ["a1", "b1"]


@trap("update_many even for one row, which no driver repeats", fixture="proxied")
def test_an_update_of_one_row_is_repeated_and_happens_once(proxied):
    connection, proxy = proxied
    create(connection, Numbered)
    row = Numbered.objects.using(ALIAS).create(name="a")
    proxy.cut("update")
    assert Numbered.objects.using(ALIAS).filter(pk=row.pk).update(value=F("value") + 1) == 1
    assert proxy.lost == 1
    row.refresh_from_db()
    assert row.value == 1
