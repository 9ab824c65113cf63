"""Who may come into a store that others reach, and who may read along: said by ``check --deploy``."""

from collections.abc import Iterable

import pytest

from apps.tiers.backends.base import Store
from apps.tiers.exposed import Reached, as_database, by_address, exposed, said_of

pytestmark = pytest.mark.database


def ids(found: Iterable[Reached]) -> list[str]:
    return [message.id for one in found for message in said_of(one)]


def test_what_runs_on_this_machine_is_nobody_elses():
    assert exposed() == []


@pytest.mark.parametrize(
    ("host", "more", "said"),
    [
        ("127.0.0.1", {}, []),
        ("/run/postgresql", {}, []),
        ("127.0.0.1,127.0.0.2", {}, []),
        ("mongodb://[::1]:27017,localhost/", {}, []),
        ("db.example", {}, ["prowl.E011", "prowl.W011"]),
        ("db.example", {"PASSWORD": "p"}, ["prowl.W011"]),
        ("db.example", {"PASSWORD": "p", "OPTIONS": {"sslmode": "prefer"}}, ["prowl.W011"]),
        ("db.example", {"PASSWORD": "p", "OPTIONS": {"sslmode": "verify-full"}}, []),
        ("10.0.0.1,127.0.0.2", {"PASSWORD": "p", "OPTIONS": {"connection": {"ssl_context": object()}}}, []),
        ("mongodb://one,two/?replicaSet=rs0", {}, ["prowl.E011", "prowl.W011"]),
        ("mongodb://u:p@one,two/?replicaSet=rs0&tls=true", {}, []),
        ("mongodb+srv://u:p@cluster.example/", {}, []),
        ("mongodb://one/?authMechanism=MONGODB-X509&tls=true", {}, []),
        ("db.example", {"OPTIONS": {"sslmode": "verify-full", "sslcert": "/etc/prowl.pem"}}, []),
    ],
)
def test_a_database_that_others_reach_wants_a_password_and_tls(host, more, said):
    assert ids(as_database({"HOST": host, **more})) == said


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis://:p@one:6379,redis://:p@two:6379", ["prowl.W011"]),
        ("rediss://:p@one:6379", []),
        ("redis://one:6379", ["prowl.E011", "prowl.W011"]),
        ("amqp://guest:guest@one//", ["prowl.E011", "prowl.W011"]),
        ("amqps://prowl:p@one//;amqps://prowl:p@two//", []),
        ("amqps://prowl:p@one//;amqp://guest:guest@two//", ["prowl.E011", "prowl.W011"]),
    ],
)
def test_a_cache_or_a_queue_that_others_reach_does_too(url, said):
    assert ids(by_address(Store(url, ""), {})) == said


def test_no_password_is_shown():
    (one,) = by_address(Store("redis://:secret@one:6379", ""), {})
    assert [message.msg for message in said_of(one)] == ["What one:6379 is asked and answers can be read on the way."]
