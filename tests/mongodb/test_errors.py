"""Errors in Django's words."""

import pytest
from django.db import DatabaseError, DataError, IntegrityError, OperationalError
from pymongo.errors import OperationFailure

from project.mongodb.errors import translated

from .conftest import close_pool, connected
from .rows import author
from .shelf import Author, Entry
from .traps import ALIAS, OURS, STOCK, create, trap


@trap("IntegrityError has no message")
def test_a_unique_key_that_is_taken_is_named_and_nothing_else_is(engine):
    create(engine, Author)
    author("ann", email="first@example.org")
    with pytest.raises(IntegrityError, match=r"mongodb_author.*name.*ann") as caught:
        author("ann", email="secret@example.org")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "name", [OURS, pytest.param(STOCK, marks=pytest.mark.xfail(strict=True, reason="stock: a plain DatabaseError"))]
)
def test_no_server_is_an_operational_error(name, django_db_blocker, monkeypatch):
    from django.db import connections

    options = {"serverSelectionTimeoutMS": 50}
    chosen = {"ENGINE": name, "HOST": "mongodb://127.0.0.1:1/", "OPTIONS": options}
    monkeypatch.setitem(connections.settings, ALIAS, {**connections["default"].settings_dict, **chosen})
    close_pool()
    try:
        with django_db_blocker.unblock(), pytest.raises(OperationalError):
            list(Author.objects.using(ALIAS).all())
    finally:
        close_pool()
        del connections[ALIAS]


def test_every_statement_is_translated(engine):
    create(engine, Author)
    engine.database["mongodb_author"].drop()
    engine.database.command("create", "mongodb_author", viewOn="other", pipeline=[])  # Views can't be written to.
    rows = Author.objects.using(ALIAS)
    statements = [
        lambda: author("a"),
        lambda: rows.bulk_create([Author(id="1" * 32, name="a")], ignore_conflicts=True),
        lambda: rows.update(name="b"),
        lambda: rows.all()._raw_delete(ALIAS),
    ]
    for statement in statements:
        with pytest.raises(DatabaseError, match="view"):
            statement()


@pytest.mark.parametrize(
    ("code", "kind"), [(11000, IntegrityError), (121, IntegrityError), (50, OperationalError), (8000, DatabaseError)]
)
def test_codes_become_kinds(code, kind):
    made = translated(OperationFailure("whole", code, {"code": code, "errmsg": "short"}))
    assert type(made) is kind
    assert str(made) == "short"


def test_what_no_document_can_hold_is_a_data_error(engine):
    create(engine, Entry)
    with pytest.raises(DataError, match="Size must be"):
        Entry.objects.using(ALIAS).create(id="1" * 32, text="x" * 17 * 2**20)


def test_connected_cleans_up(django_db_blocker):
    from django.db import connections

    with django_db_blocker.unblock():
        with connected(ENGINE=OURS) as connection:
            create(connection, Author)
        assert ALIAS not in connections.settings
