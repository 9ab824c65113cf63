"""The conditional write on MongoDB. That it agrees with Python and SQL is tried in tests/core/test_folds.py."""

import threading
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connections

from apps.core.expressions import Const, Expr, Old, gt, plus, raised, when
from apps.core.folds import RowFold
from project.mongodb.profiler import examined

from .shelf import Row
from .traps import ALIAS, create

ID = UUID(int=7)


def fold(**values: Expr) -> None:
    connections[ALIAS].ops.fold_row(RowFold(Row, ID, values))


def row() -> Row:
    return Row.objects.using(ALIAS).get(pk=ID)


def test_a_row_that_is_not_there_gets_every_default(engine):
    create(engine, Row)
    fold(seen=raised("seen", UUID(int=3)))
    stored = engine.database["mongodb_row"].find_one()
    assert stored == {
        "_id": f"{7:032x}", "seen": f"{3:032x}", "other": "0" * 32, "text": "", "data": "[]", "until": None,
        "note": "unset", "asked": 0, "small": 1, "standing": False,
    }  # fmt: skip


def test_a_fold_stores_what_saving_would(engine):
    create(engine, Row)
    moment = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
    values = {
        "seen": UUID(int=3), "other": UUID(int=4), "text": "$text", "data": [{"$set": 1}, "ü"], "until": moment,
        "note": None, "asked": 5, "small": 2, "standing": True,
    }  # fmt: skip
    fold(**{name: Const(value) for name, value in values.items()})
    folded = engine.database["mongodb_row"].find_one_and_delete({})
    Row.objects.using(ALIAS).create(id=ID, **values)
    saved = engine.database["mongodb_row"].find_one()
    assert folded == saved
    assert {name: type(value) for name, value in folded.items()} == {name: type(value) for name, value in saved.items()}


def test_null_is_a_value_and_a_missing_column_is_not(engine):
    create(engine, Row)
    fold(note=Const(None))
    fold(text=Const("later"))
    assert row().note is None
    engine.database["mongodb_row"].update_one({}, {"$unset": {"note": "", "asked": ""}})
    fold(asked=plus(Old("asked"), 1))
    assert (row().note, row().asked, row().text) == ("unset", 1, "later")


def test_all_expressions_see_the_row_as_it_was(engine):
    create(engine, Row)
    fold(asked=Const(1), small=Const(9))
    fold(asked=Old("small"), small=Old("asked"), text=when(gt(Old("asked"), 5), "new", "old"))
    assert (row().asked, row().small, row().text) == (9, 1, "old")


def test_a_text_that_looks_like_a_field_is_a_text(engine):
    create(engine, Row)
    for text in ("$seen", "$$ROOT", "$literal"):
        fold(text=Const(text), note=when(gt(Old("asked"), -1), text, "x"))
        assert (row().text, row().note) == (text, text)


def test_repeating_a_fold_writes_nothing(engine):
    create(engine, Row)
    fold(seen=raised("seen", UUID(int=3)))
    with examined(using=ALIAS) as seen:
        fold(seen=raised("seen", UUID(int=3)))
        fold(seen=raised("seen", UUID(int=2)))
    entries = list(engine.database["system.profile"].find({"op": "update"}))
    assert [entry["nModified"] for entry in entries] == [0, 0]
    assert seen.rows == 2


def test_of_a_thousand_racing_folds_none_is_lost(engine):
    create(engine, Row)
    barrier = threading.Barrier(2)

    def ask(register: str) -> None:
        for at in range(500):
            if at % 50 == 0:
                barrier.wait()  # So that they do race.
            fold(**{"asked": plus(Old("asked"), 1), register: raised(register, UUID(int=at))})

    threads = [threading.Thread(target=ask, args=(register,)) for register in ("seen", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (row().asked, row().seen.int, row().other.int) == (1000, 499, 499)


def test_two_that_make_the_same_row_at_once_both_count(engine):
    create(engine, Row)
    barrier = threading.Barrier(2)

    def ask() -> None:
        for at in range(100):
            barrier.wait()
            connections[ALIAS].ops.fold_row(RowFold(Row, UUID(int=at), {"asked": plus(Old("asked"), 1)}))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(Row.objects.using(ALIAS).values_list("asked", flat=True).distinct()) == [2]
    assert Row.objects.using(ALIAS).count() == 100


@pytest.mark.parametrize("times", [1, 2])
def test_a_fold_that_lost_its_server_is_repeated(proxied, times):
    """Once the driver repeats it, and exactly once; the second time it is done again, which only counts of asking see."""
    connection, proxy = proxied
    create(connection, Row)
    proxy.cut("update", times=times)
    fold(seen=raised("seen", UUID(int=3)), asked=plus(Old("asked"), 1))
    assert proxy.lost == times
    assert row().seen.int == 3
    assert row().asked == times


def test_what_is_no_expression_is_refused(engine):
    with pytest.raises(TypeError, match="is no expression of a fold"):
        fold(text=object())
