"""Rows examined."""

from project.mongodb.profiler import ScanWatch, examined

from .rows import entries
from .shelf import Entry
from .traps import ALIAS, create


def test_rows_are_what_the_server_looked_at(engine):
    create(engine, Entry)
    (person, _) = entries(authors=2, each=10)
    rows = Entry.objects.using(ALIAS)
    with examined(using=ALIAS) as seen:
        assert len(rows.filter(author=person)) == 10
        assert not rows.filter(text="nowhere")
    assert seen.rows == 10 + 20
    assert (seen.keys, seen.documents) == (10, 30)
    assert [plan.split()[0] for plan in seen.plans] == ["IXSCAN", "COLLSCAN"]


def test_looking_closely_leaves_the_watch_as_it_was(engine):
    create(engine, Entry)
    watch = ScanWatch(engine.database)
    before = engine.database.command("profile", -1)
    with examined(using=ALIAS):
        list(Entry.objects.using(ALIAS).filter(text="a"))
    after = engine.database.command("profile", -1)
    assert (before["was"], before["filter"]) == (after["was"], after["filter"])
    engine.get_collection("mongodb_entry").count_documents({"text": "b"})
    assert {scan.collection for scan in watch.take()} == {"mongodb_entry"}
    assert watch.take() == []
    watch.stop()
    assert engine.database.command("profile", -1)["was"] == 0
