"""Indexes that the planner can use."""

import pytest
from django.db import IntegrityError, migrations, models
from django.db.migrations.state import ProjectState

from project.mongodb.profiler import examined

from .rows import author, book
from .shelf import Author, Book, Numbered
from .traps import ALIAS, create, trap


@trap("unique indexes hold only what is of a type, so the planner can't use them: COLLSCAN")
def test_a_look_up_by_a_unique_column_uses_its_index(engine):
    create(engine, Author)
    for name in "abc":
        author(name)
    with examined(using=ALIAS) as seen:
        assert Author.objects.using(ALIAS).get(name="b").name == "b"
    assert seen.rows == 1
    assert "COLLSCAN" not in str(seen.plans)


@trap("as above, for the key of every model with an integer key")
def test_a_look_up_by_an_integer_key_uses_its_index(engine):
    create(engine, Numbered)
    pks = [Numbered.objects.using(ALIAS).create(name=name).pk for name in "abc"]
    with examined(using=ALIAS) as seen:
        Numbered.objects.using(ALIAS).get(pk=pks[1])
    assert seen.rows == 1


@trap("as above, for columns that may be NULL")
def test_a_look_up_by_a_unique_column_that_may_be_null_uses_its_index(engine):
    create(engine, Author)
    for name in "abc":
        author(name, email=f"{name}@example.org")
    with examined(using=ALIAS) as seen:
        Author.objects.using(ALIAS).get(email="b@example.org")
    assert seen.rows == 1


def test_many_may_be_null_where_one_must_be_unique(engine):
    create(engine, Author)
    author("a")
    author("b")
    author("c", email="c@example.org")
    with pytest.raises(IntegrityError, match="c@example"):
        author("d", email="c@example.org")


@trap("as above, for unique_together: that of a many-to-many's own table")
def test_a_look_up_by_a_unique_pair_uses_its_index(engine):
    create(engine, Author, Book)
    through = Book.readers.through
    one, two = book(author("a")), book(author("b"))
    for written, number in ((one, 1), (one, 2), (two, 1)):
        through.objects.using(ALIAS).create(book_id=written.pk, reader_id=f"{number:032x}")
    with examined(using=ALIAS) as seen:
        assert through.objects.using(ALIAS).filter(book_id=one.pk, reader_id=f"{1:032x}").get()
    assert seen.rows == 1


def test_a_condition_of_a_constraint_stays(engine):
    class Address(models.Model):  # noqa: DJ008
        owner = models.TextField()
        primary = models.BooleanField()

        class Meta:
            app_label = "mongodb"
            apps = migrations.state.StateApps([], {})
            constraints = (
                models.UniqueConstraint(fields=["owner"], condition=models.Q(primary=True), name="one_primary"),
            )

    create(engine, Address)
    found = engine.database["mongodb_address"].index_information()["one_primary"]
    assert found["partialFilterExpression"] == {"primary": {"$eq": True}}
    rows = Address.objects.using(ALIAS)
    rows.create(owner="a", primary=True)
    rows.create(owner="a", primary=False)
    with pytest.raises(IntegrityError):
        rows.create(owner="a", primary=True)


def test_a_field_may_become_unique_and_stop_being_so(engine):
    state = ProjectState()
    plain = migrations.CreateModel(
        "Thing", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]
    )
    plain.state_forwards("mongodb", state)
    plain.database_forwards("mongodb", engine.schema_editor(), ProjectState(), state)
    for unique in (True, False):
        before, state = state, state.clone()
        change = migrations.AlterField("Thing", "name", models.TextField(unique=unique))
        change.state_forwards("mongodb", state)
        with engine.schema_editor() as editor:
            change.database_forwards("mongodb", editor, before, state)
        indexes = engine.database["mongodb_thing"].index_information().values()
        assert any(index["key"] == [("name", 1)] and index.get("unique") for index in indexes) is unique
