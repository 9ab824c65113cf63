"""Django's atomic, which can't roll back, and MongoDB's own, which can."""

# ruff: noqa: PT012 - that a block fails as a whole is what is tried

import threading

import pytest
from django.db import DatabaseError, connections, transaction
from django_mongodb_backend import transaction as real

from project.mongodb.transaction import run

from .shelf import Numbered
from .traps import ALIAS, create, trap


@trap("on_commit calls at once")
def test_what_waits_for_the_commit_is_called_after_the_outermost_block(engine):
    called: list[str] = []
    with transaction.atomic(using=ALIAS):
        with transaction.atomic(using=ALIAS):
            transaction.on_commit(lambda: called.append("inner"), using=ALIAS)
        assert called == []
    assert called == ["inner"]
    transaction.on_commit(lambda: called.append("outside"), using=ALIAS)
    assert called == ["inner", "outside"]


@trap("on_commit calls at once, whatever comes after")
def test_what_waits_for_the_commit_of_a_block_that_failed_is_never_called(engine):
    called: list[str] = []
    with transaction.atomic(using=ALIAS):
        transaction.on_commit(lambda: called.append("before"), using=ALIAS)
        with pytest.raises(ZeroDivisionError), transaction.atomic(using=ALIAS):
            transaction.on_commit(lambda: called.append("failed"), using=ALIAS)
            raise ZeroDivisionError
        transaction.on_commit(lambda: called.append("after"), using=ALIAS)
    assert called == ["before", "after"]
    with pytest.raises(ZeroDivisionError), transaction.atomic(using=ALIAS):
        transaction.on_commit(lambda: called.append("never"), using=ALIAS)
        raise ZeroDivisionError
    assert called == ["before", "after"]


def lose(connection) -> None:
    """Let the server forget the transaction, as after a failover."""
    connection.connection.admin.command("killSessions", [connection.session.session_id])


@trap("a failed commit leaves its session behind, in which later writes are lost")
def test_after_a_failed_commit_the_thread_writes_again(engine):
    create(engine, Numbered)
    rows = Numbered.objects.using(ALIAS)
    rows.create(name="before")
    called: list[str] = []
    with pytest.raises(DatabaseError), real.atomic(using=ALIAS):
        rows.create(name="lost")
        real.on_commit(lambda: called.append("lost"), using=ALIAS)
        lose(engine)
    with real.atomic(using=ALIAS):
        rows.create(name="after")
    rows.create(name="outside")
    outcome: list[list[str]] = []
    thread = threading.Thread(target=lambda: outcome.append(sorted(rows.values_list("name", flat=True))))
    thread.start()
    thread.join()
    assert outcome == [["after", "before", "outside"]]
    assert called == []


def test_a_real_transaction_rolls_back_and_calls_what_waited(engine):
    create(engine, Numbered)
    rows = Numbered.objects.using(ALIAS)
    called: list[str] = []
    with pytest.raises(ZeroDivisionError), real.atomic(using=ALIAS):
        rows.create(name="a")
        real.on_commit(lambda: called.append("no"), using=ALIAS)
        raise ZeroDivisionError
    assert not rows.exists()
    with real.atomic(using=ALIAS):
        rows.create(name="a")
        with transaction.atomic(using=ALIAS):
            real.on_commit(lambda: called.append("yes"), using=ALIAS)
        assert called == []
    assert called == ["yes"]


def test_transactions_that_collide_are_run_again(engine):
    create(engine, Numbered)
    rows = Numbered.objects.using(ALIAS)
    key = rows.create(name="a").pk
    attempts: list[int] = []

    def raise_it() -> None:
        attempts.append(1)
        row = Numbered.objects.using(ALIAS).get(pk=key)
        Numbered.objects.using(ALIAS).filter(pk=key).update(value=row.value + 1)

    def often() -> None:
        for _ in range(10):
            run(raise_it, using=ALIAS, attempts=50)

    threads = [threading.Thread(target=often) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows.get(pk=key).value == 30
    assert len(attempts) >= 30


def test_a_transaction_that_was_aborted_once_is_run_again(engine):
    create(engine, Numbered)
    rows = Numbered.objects.using(ALIAS)
    names = iter(["first", "second"])

    def insert() -> str:
        name = next(names)
        rows.create(name=name)
        if name == "first":
            lose(engine)
        return name

    assert run(insert, using=ALIAS) == "second"
    assert [row.name for row in rows.all()] == ["second"]


def test_other_errors_are_not_repeated(engine):
    calls: list[int] = []

    def fail() -> None:
        calls.append(1)
        raise DatabaseError("no")

    with pytest.raises(DatabaseError, match="no"):
        run(fail, using=ALIAS)
    assert calls == [1]
    assert connections[ALIAS].session is None
