"""Connections."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import NotSupportedError, connection, connections
from django.test import TransactionTestCase
from pymongo import monitoring

from .conftest import close_pool, connected
from .rows import author
from .shelf import Author
from .traps import ALIAS, OURS, create, trap


class Commands(monitoring.CommandListener):
    def __init__(self) -> None:
        self.seen: dict[str, dict] = {}

    def started(self, event) -> None:
        self.seen[event.command_name] = event.command

    def succeeded(self, event) -> None: ...

    failed = succeeded


def test_majorities_are_asked_for_whatever_the_settings_say(django_db_blocker):
    commands = Commands()
    close_pool()
    with django_db_blocker.unblock(), connected(ENGINE=OURS, OPTIONS={"event_listeners": [commands]}) as engine:
        create(engine, Author)
        ann = author("ann")
        list(Author.objects.using(ALIAS).all())
        ann.delete()
    close_pool()
    assert commands.seen["insert"]["writeConcern"] == {"w": "majority"}
    assert commands.seen["delete"]["writeConcern"] == {"w": "majority"}
    assert commands.seen["aggregate"]["readConcern"]["level"] == "majority"


def test_making_a_connection_does_not_connect(django_db_blocker, monkeypatch):
    chosen = {**connections["default"].settings_dict, "HOST": "mongodb://127.0.0.1:1/"}
    monkeypatch.setitem(connections.settings, ALIAS, chosen)
    made = connections[ALIAS]
    assert made.connection is None
    del connections[ALIAS]


@trap("its connection is made past every guard, so a test without a database reaches the site's own")
def test_without_the_mark_a_test_reaches_no_database(engine, django_db_blocker):
    create(engine, Author)
    with django_db_blocker.block(), pytest.raises(RuntimeError, match="Database access not allowed"):
        Author.objects.using(ALIAS).count()


@trap("as above: what is written there leaks into the next test")
def test_a_database_that_a_test_does_not_declare_is_out_of_reach(engine):
    class Case(TransactionTestCase):
        databases = frozenset({"default"})

    create(engine, Author)
    Case._add_databases_failures()
    try:
        with pytest.raises(Exception, match="not allowed in this test"):
            author("ann")
    finally:
        Case._remove_databases_failures()
    assert not Author.objects.using(ALIAS).exists()


def test_sql_is_refused_in_words(engine):
    with engine.cursor() as cursor, pytest.raises(NotSupportedError, match="MongoDB runs no SQL: 'SELECT 1'"):
        cursor.execute("SELECT 1")


def test_threads_share_one_client(engine):
    close_pool()
    clients: list[object] = []
    barrier = threading.Barrier(8)

    def connect() -> None:
        barrier.wait()
        connections[ALIAS].ensure_connection()
        clients.append(connections[ALIAS].connection)

    threads = [threading.Thread(target=connect) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(clients) == 8
    assert len(set(map(id, clients))) == 1
    engine.forget_client()


FORK = """
import os, warnings, django
django.setup()
warnings.simplefilter("error")
from django.db import connection
count = lambda: connection.get_collection("django_migrations").count_documents({})
count()
child = os.fork()
if not child:
    try:
        count()
    finally:
        os._exit(0 if connection.connection is not None else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) or (0 if count() >= 0 else 1))
"""


def test_a_forked_child_connects_anew():
    address = connections["default"].settings_dict["HOST"]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "MONGODB_NAME": "traps", "MONGODB_URL": address}
    run = subprocess.run([sys.executable, "-c", FORK], env=environment, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.django_db
def test_the_sites_own_engine_is_this_one():
    assert connection.settings_dict["ENGINE"] == OURS
    assert connection.is_usable()
    assert connection.features.merges_in
