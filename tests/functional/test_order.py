"""Whatever order activities arrive in, and however often: the same rows, and those that a replay makes."""

from collections.abc import Collection, Iterable, Mapping
from random import Random
from uuid import UUID

import pytest
from django.db import DEFAULT_DB_ALIAS, models
from hypothesis import given
from hypothesis import strategies as st

from apps.core import folds
from apps.journal import projection, replay
from apps.journal.activities import Activity

from .society import Society, examples, histories

pytestmark = pytest.mark.django_db
Rows = Mapping[type[models.Model], Mapping[UUID, Mapping[str, object]]]


def fold(activities: Iterable[Activity], *, using: str = DEFAULT_DB_ALIAS) -> None:
    for activity in activities:
        for each in projection.row_folds(activity):
            folds.apply(each, using=using)


def rows(touched: Collection[tuple[type[models.Model], UUID]], *, using: str = DEFAULT_DB_ALIAS) -> Rows:
    """Return the projected rows of these keys."""
    found = {}
    for table in projection.projected_tables():
        keys = [id for model, id in touched if model is table.model]
        stored = table.model._default_manager.using(using).filter(pk__in=keys).values()
        found[table.model] = {row[table.model._meta.pk.attname]: row for row in stored}
    return found


@given(history=histories(most=30), random=st.randoms(use_true_random=False))
@examples(20)
def test_any_order_and_repetition_gives_the_same_rows(history, random: Random):
    activities = Society().live(history).said()
    touched = {(each.model, each.id) for activity in activities for each in projection.row_folds(activity)}
    lived = rows(touched)
    assert sum(map(len, lived.values())) == len(touched)

    again = [*activities, *random.choices(activities, k=len(activities) // 2)]
    random.shuffle(again)
    for model in lived:
        model._default_manager.filter(pk__in=[id for of, id in touched if of is model]).delete()
    fold(again)
    assert rows(touched) == lived

    with replay.scratch_store() as scratch:
        random.shuffle(again)
        fold(again, using=scratch)
        assert rows(touched, using=scratch) == lived
