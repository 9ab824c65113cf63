"""Real servers, asked how they are: alone, as a cluster, and dead."""

import time
from types import SimpleNamespace
from typing import NoReturn

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection
from kombu import Connection

from apps.tiers import stores
from apps.tiers.backends import cassandra, mongodb, queue, redis, sql, varnish
from apps.tiers.backends.base import Store
from apps.tiers.nodes import State
from tests.waiting import PATIENCE, wait_until

REFUSING = "127.0.0.1:1"


def test_a_redis_says_what_it_holds_and_how_it_is_hit(own_redis):
    (node,) = redis.probe(Store(own_redis.url, "timelines"), timeout=1)
    assert (node.state, node.role, node.memory_limit) == (State.WELL, "primary", 256 * 2**20)
    assert node.memory > 100_000
    assert 0 < node.latency < 1


def test_a_redis_that_is_gone_or_hangs_is_dead_within_the_time(own_redis):
    own_redis.freeze()
    started = time.monotonic()
    (node,) = redis.probe(Store(own_redis.url, "frozen"), timeout=0.1)
    assert (node.state, time.monotonic() - started < PATIENCE) == (State.DEAD, True)
    own_redis.kill()
    (node,) = redis.probe(Store(own_redis.url, "killed"), timeout=0.1)
    assert node.state is State.DEAD


@pytest.mark.parametrize("harm", ["kill", "freeze"])
def test_of_a_redis_cluster_every_node_is_asked_and_one_that_dies_is_dead_alone(redis_cluster, harm):
    servers = redis_cluster.servers
    store = Store(servers[3].url, harm)
    nodes = redis.probe(store, timeout=PATIENCE)
    assert [(node.state, node.latency is None) for node in nodes] == [(State.WELL, False)] * 6
    assert sorted(node.role for node in nodes) == ["primary"] * 3 + ["replica"] * 3
    getattr(servers[0], harm)()
    states = {node.name: node.state for node in redis.probe(store, timeout=PATIENCE)}
    assert states.pop(f"127.0.0.1:{servers[0].port}") is State.DEAD
    assert list(states.values()) == [State.WELL] * 5


def test_a_redis_cluster_that_has_lost_most_of_its_masters_serves_nothing(redis_cluster):
    store = Store(redis_cluster.url, "lost")
    # Of two masters, wherever another test moved the first slots. The replicas too, or one would take over meanwhile.
    for slot in (8192, 16383):
        for server in redis_cluster.holders(slot):
            server.freeze()

    def states() -> set[State]:
        return {node.state for node in redis.probe(store, timeout=0.2 * PATIENCE)}

    wait_until(lambda: states() == {State.DEAD}, seconds=10, what="a cluster that knows it is lost")


@pytest.mark.django_db
def test_the_database_of_this_profile_answers():
    store = stores.rows()
    probe = mongodb.probe if connection.vendor == "mongodb" else sql.probe
    nodes = probe(store, timeout=2)
    assert [node.state for node in nodes] == [State.WELL] * len(nodes)
    assert max(node.latency for node in nodes) < 2
    if connection.vendor == "mongodb":
        others = [node for node in nodes if node.role != "primary"]
        assert len(others) == len(nodes) - 1
        assert all(node.role == "secondary" and node.note.endswith("s behind") for node in others)


@pytest.mark.skipif(connection.vendor != "mongodb", reason="this profile has no MongoDB")
def test_a_member_of_a_replica_set_that_is_gone_is_dead_alone():
    store = stores.rows()
    first, *_ = store.members
    two = Store(store.at(f"{first},{REFUSING}"), "two")
    states = {node.name: node.state for node in mongodb.probe(two, timeout=0.5 * PATIENCE)}
    assert (states.pop(REFUSING), set(states.values())) == (State.DEAD, {State.WELL})
    assert first in states


def test_a_member_without_a_port_is_asked_where_mongodb_usually_listens(monkeypatch):
    knocked = []

    def knock(place: tuple[str, int], **_: object) -> NoReturn:
        knocked.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(mongodb, "socket", SimpleNamespace(create_connection=knock))
    nodes = mongodb.probe(Store("mongodb://u:p@one,two:5,[::1]/prowl?replicaSet=rs0", "rows"), timeout=PATIENCE)
    assert [node.name for node in nodes] == ["[::1]:27017", "one:27017", "two:5"]
    assert sorted(knocked) == [("::1", 27017), ("one", 27017), ("two", 5)]


@pytest.mark.django_db
@pytest.mark.skipif("cassandra" not in settings.DATABASES, reason="this tier's journal is in its database")
def test_of_cassandra_every_node_is_asked():
    store = Store("cassandra://127.0.0.1,127.0.0.2,127.0.0.3", "journal", "cassandra")
    whole = dict.fromkeys(store.members, State.WELL)

    def states() -> dict[str, State]:
        return {node.name: node.state for node in cassandra.probe(store, timeout=PATIENCE)}

    wait_until(lambda: states() == whole, seconds=5, what="an answer of every node")
    assert all(0 < node.latency < PATIENCE for node in cassandra.probe(store, timeout=PATIENCE))


def jobs(url: str) -> list[int | None]:
    return [node.waiting for node in queue.probe(Store(url, "jobs"), timeout=PATIENCE)]


def put(url: str) -> int:
    """Leave two jobs in every queue; return how many those are."""
    queues = list(current_app.amqp.queues.values())
    with Connection(url) as broker:
        for declared in queues * 2:
            broker.Producer().publish(
                {}, exchange=declared.exchange, routing_key=declared.routing_key, declare=[declared]
            )
    return 2 * len(queues)


def test_a_queue_in_redis_tells_how_many_jobs_wait(own_redis):
    url = own_redis.url.removesuffix("/0") + "/3"
    assert jobs(url) == [0]
    number = put(url)
    assert jobs(url) == [number]
    own_redis.freeze()
    (node,) = queue.probe(Store(url, "frozen"), timeout=0.1)
    assert node.state is State.DEAD


@pytest.mark.skipif(not settings.CELERY_BROKER_URL.startswith("amqp"), reason="this tier's jobs are not in RabbitMQ")
def test_of_several_brokers_the_first_that_answers_tells_how_many_jobs_wait():
    url = settings.CELERY_BROKER_URL
    with Connection(url) as broker:
        current_app.control.purge(broker)
    several = f"amqp://guest:guest@{REFUSING}//;{url};{url.replace('127.0.0.1', 'localhost')}"
    number = put(url)
    wait_until(lambda: jobs(several) == [None, number, None], seconds=5, what="all jobs in their queues")
    assert [node.state for node in queue.probe(Store(several, "jobs"), timeout=PATIENCE)] == [
        State.DEAD, State.WELL, State.WELL,
    ]  # fmt: skip


def test_a_cache_in_front_that_is_not_there_raises():
    with pytest.raises(ConnectionError):
        varnish.probe(Store(f"http://{REFUSING}", "shared pages"), timeout=0.2)


@pytest.mark.parametrize(
    ("url", "server", "name"),
    [
        ("redis://:secret@10.0.0.1:6379/2", "redis://10.0.0.1:6379", "10.0.0.1:6379"),
        ("redis://a:1/0,redis://b:2/0", "redis://a:1,b:2", "a:1, b:2"),
        ("mongodb://u:p@a:1,b:2/?replicaSet=rs0", "mongodb://a:1,b:2", "a:1, b:2"),
        ("amqp://u:p@a:1//;amqp://u:p@b:2//", "amqp://a:1,b:2", "a:1, b:2"),
        ("sqlite:////srv/prowl/var/prowl.sqlite3", "sqlite:////srv/prowl/var/prowl.sqlite3", "prowl.sqlite3"),
        ("amqp://guest:guest@mq:5672//", "amqp://mq:5672", "mq:5672"),
    ],
)
def test_servers_are_told_apart_and_named_without_their_passwords(url, server, name):
    store = Store(url, "")
    assert (store.server, store.name) == (server, name)


def test_another_member_is_asked_with_the_same_credentials_and_options():
    store = Store("mongodb://u:p@a:1,b:2/?replicaSet=rs0", "")
    assert store.at("c:3") == "mongodb://u:p@c:3/?replicaSet=rs0"
    assert Store("redis://a:1/0,redis://b:2/0", "").at("c:3") == "redis://c:3/0"
