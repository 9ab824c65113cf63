"""Every statement is counted."""

from apps.core.expressions import Const
from apps.core.folds import RowFold

from .rows import author
from .shelf import Author, Numbered, Row
from .traps import ALIAS, create


def test_each_kind_of_statement_is_counted(engine):
    create(engine, Author, Numbered, Row)
    rows = Author.objects.using(ALIAS)
    engine.force_debug_cursor = True
    kinds = {
        "insert_many": lambda: author("ann"),
        "bulk_write": lambda: rows.bulk_create(
            [Author(id="1" * 32, name="b")], update_conflicts=True, unique_fields=["id"], update_fields=["name"]
        ),
        "aggregate": lambda: list(rows.all()),
        "update_one": lambda: rows.filter(pk="1" * 32).update(name="c"),
        "update_many": lambda: rows.update(email=None),
        "delete_one": lambda: rows.filter(pk="1" * 32)._raw_delete(ALIAS),
        "delete_many": lambda: rows.all()._raw_delete(ALIAS),
        "find_one_and_update": lambda: Numbered.objects.using(ALIAS).create(name="d"),
    }
    for name, statement in kinds.items():
        engine.queries_log.clear()
        statement()
        assert any(f".{name}(" in query["sql"] for query in engine.queries_log), name
    engine.queries_log.clear()
    engine.ops.fold_row(RowFold(Row, "1" * 32, {"text": Const("x")}))
    assert len(engine.queries_log) == 1
    engine.force_debug_cursor = False
