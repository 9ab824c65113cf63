"""The newest of many authors."""

import pytest

from project.mongodb.profiler import examined

from .rows import entries
from .shelf import Entry
from .traps import ALIAS, create, trap

PAGE = 20


def newest(authors: list, **more: object) -> list[int]:
    rows = Entry.objects.using(ALIAS).filter(author__in=authors, pk__lt="f" * 32, pk__gt="0" * 32, **more)
    return [pk.int for pk in rows.order_by("-pk").values_list("pk", flat=True)[:PAGE]]


@trap("the planner walks all entries from the newest on for a busy crowd, and goes on doing so for a quiet one")
@pytest.mark.parametrize("more", [{}, {"pushed": True}])
def test_the_newest_of_many_are_merged_from_ranges_whoever_wrote_last(engine, more):
    create(engine, Entry)
    people = entries(authors=200, each=10)
    quiet, busy = people[:100], people[100:]
    Entry.objects.using(ALIAS).filter(author__in=quiet, pk__gt=f"{1000:032x}").delete()
    for _ in range(5):
        newest(busy, **more)
    for crowd in (busy, quiet, people):
        with examined(using=ALIAS) as seen:
            found = newest(crowd, **more)
        assert found == sorted(found, reverse=True)
        assert len(found) == PAGE
        assert seen.rows <= len(crowd) + PAGE
        assert seen.documents == 0
        assert "_id: 1" in seen.plans[0]
        assert "author: 1" in seen.plans[0]


def test_both_directions_are_merged(engine):
    create(engine, Entry)
    people = entries(authors=50, each=20)
    rows = Entry.objects.using(ALIAS).filter(author__in=people)
    for order, expected in (("pk", range(1, 21)), ("-pk", range(1000, 980, -1))):
        with examined(using=ALIAS) as seen:
            assert [pk.int for pk in rows.order_by(order).values_list("pk", flat=True)[:PAGE]] == list(expected)
        assert seen.rows <= 50 + PAGE


def test_more_than_the_server_merges_is_left_to_the_planner(engine):
    create(engine, Entry)
    people = entries(authors=201, each=1)
    assert newest(people) == list(range(201, 181, -1))


def test_an_index_that_is_not_there_yet_does_no_harm(engine):
    create(engine, Entry)
    people = entries(authors=5, each=2)
    engine.database["mongodb_entry"].drop_index("entry_author")
    assert newest(people) == list(range(10, 0, -1))


@pytest.mark.parametrize("name", ["or", "not", "other column", "no order", "other order"])
def test_other_questions_take_no_hint_and_are_answered(engine, name):
    from django.db.models import Q

    create(engine, Entry)
    first, second = entries(authors=2, each=5)
    rows = Entry.objects.using(ALIAS)
    found = {
        "or": rows.filter(Q(author=first) | Q(author=second)).order_by("pk"),
        "not": rows.exclude(author=first).exclude(author=first).order_by("pk"),
        "other column": rows.filter(author__in=[first, second], text="").order_by("pk"),
        "no order": rows.filter(author__in=[first, second]),
        "other order": rows.filter(author__in=[first, second]).order_by("text"),
    }[name]
    assert len(found) == (5 if name == "not" else 10)
