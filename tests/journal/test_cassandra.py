"""What only the journal on Cassandra promises, against real nodes."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cassandra import OperationTimedOut
from cassandra.protocol import ErrorMessage
from django.conf import settings
from django.db import OperationalError, connections

from apps.core import ids
from apps.journal import services
from apps.journal.activities import Activity

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("cassandra" not in settings.DATABASES, reason="this tier's journal is in its database"),
]
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def journal():
    from apps.journal.backends.cassandra import Journal

    return Journal()


@pytest.fixture
def session():
    return connections["cassandra"].connection.session


def act(seconds: float = 0, **payload: object) -> Activity:
    moment = NOW + timedelta(seconds=seconds)
    return Activity(ids.mint(now=moment), ids.mint(now=NOW), "Create", ids.mint(now=NOW), {"v": 1, **payload})


def test_claims_live_a_day_and_marks_a_week(journal, session):
    activity = act()
    journal.claim(actor_id=activity.actor_id, key="k", digest="d", activity=activity)
    journal.mark([(activity.id, "row")])
    keyspace = connections["cassandra"].settings_dict["NAME"]
    (claim,) = session.execute(f"SELECT TTL(digest) AS left FROM {keyspace}.claim")
    assert 23 * 3600 < claim["left"] <= 24 * 3600
    tables = session.cluster.metadata.keyspaces[keyspace].tables
    assert tables["mark"].options["default_time_to_live"] == 7 * 24 * 3600
    assert tables["claim"].options["gc_grace_seconds"] == 24 * 3600


def test_a_claim_of_which_the_text_is_gone_lives_no_longer_than_the_others(journal, session):
    activity = act(type="Note", text="secret")
    journal.append([activity])
    journal.claim(actor_id=activity.actor_id, key="k", digest="d", activity=activity)
    keyspace = connections["cassandra"].settings_dict["NAME"]
    said = f"UPDATE {keyspace}.claim USING TTL 1000 SET activity_id = %s WHERE actor_id = %s AND key = 'k'"
    session.execute(said, (activity.id.bytes, activity.actor_id.bytes))
    journal.empty([activity.id])
    (claim,) = session.execute(f"SELECT TTL(activity) AS left FROM {keyspace}.claim")
    assert 900 < claim["left"] <= 1000


def test_an_append_that_surfaces_late_brings_no_text_back(journal):
    activity = act(type="Note", text="secret")
    journal.append([activity])
    journal.empty([activity.id])
    journal.append([activity])
    assert "text" not in journal.get([activity.id])[0].payload


def test_an_append_that_surfaces_late_brings_no_erased_person_back(journal):
    from apps.journal.activities import Tombstone

    activity = act()
    journal.append([activity])
    journal.remove_actor(Tombstone(activity.actor_id, ids.mint(now=NOW)))
    journal.append([activity])
    assert journal.get([activity.id]) == []
    assert journal.by_actor(activity.actor_id) == []


def test_what_an_interrupted_append_left_unindexed_is_found_again(journal, monkeypatch):
    activity = act()
    with monkeypatch.context() as interrupted:
        interrupted.setattr("apps.journal.backends.cassandra.journal._indexing", lambda activities: ())
        journal.append([activity])
    assert journal.by_actor(activity.actor_id) == []
    services.carry_out_all([activity], now=NOW)  # as the sweeper does
    assert journal.by_actor(activity.actor_id) == [activity]
    assert journal.newest_of(activity.actor_id) == activity.id


def test_a_claim_that_is_made_twice_is_one_and_both_answers_are_right(journal):
    activity = act(type="Note", text="High water.")
    say = {"actor_id": activity.actor_id, "key": "k", "digest": "d", "activity": activity}
    with ThreadPoolExecutor(4) as pool:
        said = [pool.submit(journal.claim, **say) for _ in range(4)]
    assert [one.result() for one in said] == [("d", activity)] * 4


@pytest.fixture
def unconnected():
    """Return the driver's own connection as it is before its first use."""
    from cassandra.cqlengine import connection

    held = connection.get_connection("cassandra")
    before = held.session, held.cluster
    held.session, held.lazy_connect = None, True
    yield held
    held.cluster.shutdown()
    held.session, held.cluster = before


def test_threads_that_come_while_one_connects_wait_for_it(journal, unconnected):
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(journal.clock) for _ in range(8)]
    assert all(one.result() for one in asked)


def test_by_actor_goes_on_through_months(journal):
    actor = ids.mint(now=NOW)
    mine = [Activity(ids.mint(now=NOW - timedelta(days=40 * n)), actor, "Like", actor, {}) for n in range(4)]
    journal.append(mine)
    assert journal.by_actor(actor) == mine
    assert journal.by_actor(actor, before=mine[1].id, limit=1) == [mine[2]]


def test_a_page_of_an_actors_is_full_though_an_append_was_interrupted(journal):
    actor = ids.mint(now=NOW)
    mine = [Activity(ids.mint(now=NOW - timedelta(seconds=n)), actor, "Like", actor, {}) for n in range(6)]
    journal.append([mine[0], mine[2], *mine[4:]])
    journal.index([mine[1], mine[3]])
    assert journal.by_actor(actor, limit=3) == [mine[0], mine[2], mine[4]]
    assert journal.by_actor(actor, limit=4) == [mine[0], mine[2], mine[4], mine[5]]


def test_a_cursor_of_any_version_is_a_position(journal):
    activity = act()
    journal.append([activity])
    assert journal.by_actor(activity.actor_id, before=ids.MAX) == [activity]
    assert journal.by_actor(activity.actor_id, before=ids.NIL) == []


ACCEPTED_BY_TOO_FEW = ErrorMessage(0x1700, "CAS operation result is unknown", None)


@pytest.mark.parametrize("error", [OperationTimedOut(), ACCEPTED_BY_TOO_FEW])
def test_a_store_that_is_away_is_an_error_of_the_database(journal, monkeypatch, error):
    def away(*args, **more):
        raise error

    monkeypatch.setattr(journal.session, "_at_hand", away)
    with pytest.raises(OperationalError, match=type(error).__name__):
        journal.clock()


class Preparing:
    """A driver's session of which so many nodes in a row hang while they are asked to prepare."""

    def __init__(self, hanging: int) -> None:
        self.hanging, self.asked = hanging, 0

    def prepare(self, text: str) -> str:
        self.asked += 1
        if self.asked <= self.hanging:
            raise OperationTimedOut
        return text


@pytest.mark.parametrize("hanging", [0, 1, 2])
def test_a_node_that_hangs_while_it_is_to_prepare_is_passed_over(hanging):
    from apps.journal.backends.cassandra.session import _prepare

    nodes = Preparing(hanging)
    assert _prepare(nodes, "SELECT") == "SELECT"
    assert nodes.asked == hanging + 1


def test_a_statement_that_nobody_prepares_is_an_error_of_the_database(journal, monkeypatch):
    nodes = Preparing(9)
    monkeypatch.setattr("apps.journal.backends.cassandra.session.session_of", lambda alias: nodes)
    with pytest.raises(OperationalError, match="OperationTimedOut"):
        journal.clock()
    assert nodes.asked == 3


def profiles() -> dict:
    return connections["cassandra"].connection.session.cluster.profile_manager.profiles


def test_a_node_that_hangs_amid_many_pages_is_an_error_of_the_database(journal, monkeypatch):
    activities = [act(n) for n in range(2)]
    journal.append(activities)
    run, limits = journal.session.run, []

    def pages(name, *args, profile):
        limits.append(profiles()[profile].request_timeout)
        yield next(iter(run(name, *args, profile=profile)))
        raise OperationTimedOut

    monkeypatch.setattr(journal.session, "run", pages)
    with pytest.raises(OperationalError, match="OperationTimedOut"):
        list(journal.scan())
    assert limits == [30 * profiles()["journal"].request_timeout], "a page is longer under way than a row"


def test_a_claim_of_which_nobody_knows_what_came_is_made_once_more(journal, monkeypatch):
    activity, at_hand, errors = act(), journal.session._at_hand, [OperationTimedOut(), ACCEPTED_BY_TOO_FEW]
    say = {"actor_id": activity.actor_id, "key": "k", "digest": "d", "activity": activity}

    def unknown_at_first(name):
        if asked.append(name) or len(asked) % 2:
            raise errors.pop()
        return at_hand(name)

    asked = []
    monkeypatch.setattr(journal.session, "_at_hand", unknown_at_first)
    assert [journal.claim(**say) for _ in range(2)] == [("d", activity)] * 2
    assert asked == ["CLAIM"] * 4


def test_a_failure_that_is_removed_while_it_is_counted_begins_anew(journal, monkeypatch):
    activity, run = act(), journal.session.run
    journal.failed(activity.id, "count", "first")

    def removed_meanwhile(name, *args, **more):
        if name == "FAILED_AGAIN":
            run("REMOVE_FAILURE", activity.id.bytes, "count")
        return run(name, *args, **more)

    monkeypatch.setattr(journal.session, "run", removed_meanwhile)
    assert journal.failed(activity.id, "count", "second") == 1
    assert journal.failures() == {(activity.id, "count"): (1, "second")}


ASKED_AT_ONCE = """
import django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from apps.journal.handler import journal
with ThreadPoolExecutor(8) as pool:
    print(len(list(pool.map(lambda _: journal().clock(), range(8)))))
"""
ASKED_TWICE = """
import django; django.setup()
from django.db import OperationalError
from apps.journal.handler import journal
for _ in range(2):
    try:
        journal().clock()
    except OperationalError as error:
        print("NoHostAvailable" in str(error))
"""


def run(program: str, **environ: str) -> str:
    """Return what a process of its own says."""
    environ = {**os.environ, **environ}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_threads_that_ask_first_at_the_same_time_all_wait_for_the_connection():
    assert run(ASKED_AT_ONCE, CASSANDRA_KEYSPACE="system", CASSANDRA_TIMEOUT="10") == "8\n"


def test_a_process_that_found_nobody_asks_again():
    assert run(ASKED_TWICE, CASSANDRA_PORT="1") == "True\nTrue\n"


ASKED_WHEN_NAMES_ARE_KNOWN_AGAIN = """
import django; django.setup()
from django.db import OperationalError, connections
from apps.journal.handler import journal
connection = connections["cassandra"].connection
known, connection.hosts = connection.hosts, ["nobody.invalid"]
connection.unregister(); connection.register()
for hosts in connection.hosts, known, known:  # The one in the middle still asks whom it has been told at first.
    connection.hosts = hosts
    try:
        print(bool(journal().clock()))
    except OperationalError as error:
        print(error)
"""


def test_a_process_that_could_not_resolve_a_name_asks_again():
    first, second, third = run(ASKED_WHEN_NAMES_ARE_KNOWN_AGAIN, CASSANDRA_KEYSPACE="system").splitlines()
    assert "UnresolvableContactPoints" in first
    assert "does not answer" in second
    assert third == "True"
