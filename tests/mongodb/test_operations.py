"""Operations of the connection."""

from datetime import UTC, datetime, timedelta

from .shelf import Numbered
from .traps import ALIAS, create


def test_the_clock_is_the_servers_and_aware(engine):
    assert abs(engine.ops.clock() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_flush_empties_and_begins_numbers_anew(engine):
    create(engine, Numbered)
    rows = Numbered.objects.using(ALIAS)
    rows.create(name="a")
    engine.ops.execute_sql_flush([Numbered._meta.db_table])
    assert not rows.exists()
    assert rows.create(name="a").pk == 1


def test_sums_of_integer_keys_are_plain_numbers(engine):
    create(engine, Numbered)
    made = Numbered.objects.using(ALIAS).create(name="a")
    (found,) = Numbered.objects.using(ALIAS).values_list("pk", flat=True)
    assert type(found) is int
    assert found == made.pk
