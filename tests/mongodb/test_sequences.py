"""Integer keys: what django.contrib and third-party apps are made for."""

import json
import threading

from django.db import connections

from project.mongodb import sequences

from .shelf import Numbered
from .traps import ALIAS, create, trap


@trap("keys are ObjectIds, and 'ObjectId is not JSON serializable' in sessions")
def test_a_key_is_a_number_that_sessions_can_hold(engine):
    create(engine, Numbered)
    made = Numbered.objects.using(ALIAS).create(name="a")
    assert json.loads(json.dumps(made.pk)) == made.pk == Numbered.objects.using(ALIAS).get(name="a").pk


def test_numbers_rise_and_bulk_inserts_get_theirs(engine):
    create(engine, Numbered)
    rows = Numbered.objects.using(ALIAS)
    first = rows.create(name="a")
    second, third = rows.bulk_create([Numbered(name="b"), Numbered(name="c")])
    assert [first.pk, second.pk, third.pk] == [1, 2, 3]


def test_a_number_chosen_by_hand_is_not_given_out_again(engine):
    create(engine, Numbered)
    rows = Numbered.objects.using(ALIAS)
    rows.create(id=41, name="a")
    assert rows.create(name="b").pk == 42


def test_threads_never_get_the_same_number(engine):
    create(engine, Numbered)
    taken: list[int] = []

    def take() -> None:
        for _ in range(25):
            taken.extend(sequences.take(connections[ALIAS], "t", 2))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 201))


def test_a_dropped_table_begins_anew_and_a_renamed_one_goes_on(engine):
    create(engine, Numbered)
    rows, table = Numbered.objects.using(ALIAS), Numbered._meta.db_table
    rows.create(name="a")
    with engine.schema_editor() as editor:
        editor.alter_db_table(Numbered, table, "renamed")
        assert sequences.take(engine, "renamed", 1) == [2]
        editor.alter_db_table(Numbered, "renamed", table)
        editor.delete_model(Numbered)
    create(engine, Numbered)
    assert rows.create(name="a").pk == 1
