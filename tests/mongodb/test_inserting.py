"""bulk_create with conflicts, and what stands on it."""

import threading

import pytest
from django.db import IntegrityError

from project.mongodb.profiler import examined

from .rows import author, book, reader
from .shelf import Author, Book, Entry, Numbered, Reader
from .traps import ALIAS, create, trap


@trap("NotSupportedError: ignore_conflicts")
def test_conflicts_are_ignored_and_the_rest_is_inserted(engine):
    create(engine, Author)
    old = author("old")
    rows = Author.objects.using(ALIAS)
    rows.bulk_create(
        [Author(id=old.pk, name="again"), Author(id="1" * 32, name="old"), Author(id="2" * 32, name="new")],
        ignore_conflicts=True,
    )
    assert sorted(rows.values_list("name", flat=True)) == ["new", "old"]


@trap("NotSupportedError: update_conflicts")
def test_conflicts_update_what_is_there_and_the_rest_is_inserted(engine):
    create(engine, Numbered)
    rows = Numbered.objects.using(ALIAS)
    old = rows.create(name="old", value=1)
    again, new = rows.bulk_create(
        [Numbered(name="old", value=2), Numbered(name="new", value=3)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["value"],
    )
    assert dict(rows.values_list("name", "value")) == {"old": 2, "new": 3}
    assert again.pk == old.pk
    assert new.pk == rows.get(name="new").pk


def test_a_conflict_with_another_unique_key_is_still_an_error(engine):
    create(engine, Author)
    author("a", email="a@example.org")
    other = Author(id="2" * 32, name="b", email="a@example.org")
    with pytest.raises(IntegrityError, match="email"):
        Author.objects.using(ALIAS).bulk_create(
            [other], update_conflicts=True, unique_fields=["name"], update_fields=["email"]
        )


@trap("as above: each tries an INSERT, and one of them fails")
def test_many_upserts_of_one_row_at_once_all_succeed(engine):
    create(engine, Numbered)
    failed: list[Exception] = []

    def upsert(thread: int) -> None:
        for at in range(25):
            try:
                Numbered.objects.using(ALIAS).bulk_create(
                    [Numbered(name=f"n{at}", value=thread)],
                    update_conflicts=True,
                    unique_fields=["name"],
                    update_fields=["value"],
                )
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=upsert, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Numbered.objects.using(ALIAS).count() == 25


@trap("selects first and inserts then, which two at once get wrong; asks ignore_conflicts of no backend that lacks it")
def test_adding_to_a_many_to_many_is_one_statement_that_may_be_repeated(engine):
    create(engine, Author, Reader, Book)
    written, first, second = book(author("a")), reader("r"), reader("s")
    written.readers.add(first)
    engine.force_debug_cursor = True
    engine.queries_log.clear()
    written.readers.add(first, second)
    reads = [query for query in engine.queries_log if "aggregate" in query["sql"]]
    engine.force_debug_cursor = False
    assert reads == []
    assert set(written.readers.all()) == {first, second}


def test_a_thousand_upserts_use_the_index(engine):
    create(engine, Author)
    rows = [Author(id=f"{n:032x}", name=f"n{n}") for n in range(1000)]
    Author.objects.using(ALIAS).bulk_create(rows)
    with examined(using=ALIAS) as seen:
        Author.objects.using(ALIAS).bulk_create(
            rows, update_conflicts=True, unique_fields=["name"], update_fields=["born"]
        )
    assert seen.rows <= 1000


def test_a_text_that_looks_like_an_operator_stays_a_text(engine):
    create(engine, Entry)
    nasty = '$set {"$gt": ""} $$ROOT'
    Entry.objects.using(ALIAS).create(id="1" * 32, text=nasty)
    Entry.objects.using(ALIAS).bulk_create(
        [Entry(id="1" * 32, text=f"{nasty}!")], update_conflicts=True, unique_fields=["id"], update_fields=["text"]
    )
    assert Entry.objects.using(ALIAS).get(text=f"{nasty}!")
    Entry.objects.using(ALIAS).filter(text__startswith="$set").update(text=nasty)
    assert Entry.objects.using(ALIAS).get(text=nasty)
