"""The conditional write: the database evaluates what a fold says exactly as Python does, and loses nothing."""

import threading
from graphlib import CycleError, TopologicalSorter
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.core import folds
from apps.core.expressions import (
    Const,
    Expr,
    Not,
    Old,
    all_of,
    any_of,
    eq,
    evaluate,
    expr,
    greatest,
    gt,
    lowered,
    lt,
    plus,
    raised,
    when,
)
from apps.core.folds import RowFold, blank
from apps.core.ids import MAX, NIL
from apps.core.upsert import _names
from apps.posts.models import Post

pytestmark = pytest.mark.database

KEY = UUID(int=5)
IDS, NUMBERS, FLAGS = ("author", "created", "updated"), ("audience",), ("standing", "listed")

ids = st.sampled_from([NIL, MAX, *(UUID(int=n) for n in (1, 2, 1 << 64, 1 << 127))])
numbers = st.integers(-9, 9)
id_values = st.recursive(
    st.one_of(ids.map(Const), st.sampled_from(IDS).map(Old)),
    lambda inner: st.one_of(
        st.builds(greatest, inner, inner),
        st.builds(raised, st.sampled_from(IDS), ids),
        st.builds(lowered, st.sampled_from(IDS), ids),
    ),
    max_leaves=4,
)
number_values = st.one_of(
    numbers.map(Const), st.builds(Old, st.just("audience")), st.builds(plus, st.just(Old("audience")), numbers)
)
comparisons = st.one_of(
    *(st.builds(op, id_values, id_values) for op in (eq, lt, gt)),
    *(st.builds(op, number_values, number_values) for op in (eq, lt, gt)),
)
conditions = st.recursive(
    st.one_of(comparisons, st.sampled_from(FLAGS).map(Old)),
    lambda inner: st.one_of(st.builds(all_of, inner, inner), st.builds(any_of, inner, inner), st.builds(Not, inner)),
    max_leaves=5,
)
texts = st.sampled_from(["", "$author", "it's", "% ? %s", "ü\U0001f30a", '"], {"'])


def chosen(values: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.one_of(values, st.builds(when, conditions, values, values))


changes = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(IDS, chosen(id_values)),
        "audience": st.one_of(number_values, st.builds(when, conditions, number_values, number_values)),
        **dict.fromkeys(FLAGS, conditions),
        "text": chosen(st.one_of(texts.map(expr), st.just(Old("text")))),
    },
).filter(bool)


def changes_without_circles() -> st.SearchStrategy[dict[str, Expr]]:
    return changes.filter(lambda values: not _has_circle(values))


def _has_circle(values: dict[str, Expr]) -> bool:
    try:
        TopologicalSorter({name: _names(value) - {name} for name, value in values.items()}).prepare()
    except CycleError:
        return True
    return False


def stored() -> dict[str, object]:
    (row,) = Post.objects.filter(pk=KEY).values(*blank(Post))
    return row


@pytest.mark.django_db
@settings(max_examples=60)
@given(history=st.lists(changes_without_circles(), min_size=1, max_size=4))
@example(history=[{"author": Old("created"), "created": Old("updated"), "updated": raised("updated", MAX)}])
@example(
    history=[
        {"author": raised("author", MAX), "text": expr("$author")},
        {"text": when(eq(Old("author"), MAX), "%s", "")},
    ]
)
def test_the_database_evaluates_what_python_does(history):
    Post.objects.filter(pk=KEY).delete()
    expected = blank(Post)
    for values in history:
        if any(not -32_000 < evaluate(v, expected) < 32_000 for n, v in values.items() if n == "audience"):
            continue
        fold = RowFold(Post, KEY, values)
        expected = folds.folded(fold, expected)
        folds.apply(fold)
        assert stored() == expected


@pytest.mark.django_db
def test_many_at_once_end_as_one_after_the_other():
    keys = [UUID(int=n) for n in range(1, 8)]
    several = [RowFold(Post, keys[n % 7], {"updated": raised("updated", UUID(int=n + 1))}) for n in range(50)]
    for fold in several[:9]:
        folds.apply(fold)
    folds.apply_many(several)
    expected = {key: UUID(int=max(n + 1 for n in range(50) if keys[n % 7] == key)) for key in keys}
    assert dict(Post.objects.values_list("pk", "updated")) == expected


@pytest.mark.django_db(transaction=True)
def test_two_threads_lose_nothing():
    gate = threading.Barrier(2)

    def count() -> None:
        for at in range(100):
            if at % 20 == 0:
                gate.wait()  # So that they do race.
            folds.apply(RowFold(Post, KEY, {"audience": plus(Old("audience"), 1)}))
        connection.close()

    before = blank(Post)["audience"]
    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stored()["audience"] == before + 200


def test_what_is_no_expression_is_refused():
    with pytest.raises(TypeError, match="is no expression of a fold"):
        evaluate("text", {})  # type: ignore[arg-type]
