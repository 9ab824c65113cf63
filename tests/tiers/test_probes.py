"""Real servers, asked how they are: alone, as a cluster, and dead."""

import os
import shutil

import pytest
from django.conf import settings
from django.db import connection

from apps.tiers.backends import cassandra, mongodb, queue, redis, sql, varnish
from apps.tiers.backends.base import Store
from apps.tiers.nodes import State
from tests.servers.redis_cluster import RedisClusterServers
from tests.waiting import wait_until

REFUSING = "127.0.0.1:1"


def test_a_redis_says_what_it_holds_and_how_it_is_hit(own_redis):
    (node,) = redis.probe(Store(own_redis.url, "timelines"), timeout=1)
    assert (node.state, node.role, node.memory_limit) == (State.WELL, "primary", 256 * 2**20)
    assert node.memory > 100_000
    assert 0 < node.latency < 1


def test_a_redis_that_is_gone_or_hangs_raises_within_the_time(own_redis):
    own_redis.freeze()
    with pytest.raises(Exception, match="imeout"):
        redis.probe(Store(own_redis.url, ""), timeout=0.1)
    own_redis.kill()
    with pytest.raises(Exception, match="refused"):
        redis.probe(Store(own_redis.url, ""), timeout=0.1)


def test_a_redis_cluster_is_seen_node_by_node_and_one_that_dies_is_dead(redis_server, tmp_path):
    if shutil.which("redis-cli") is None:
        pytest.skip("NOT RUN: no redis-cli. `make servers PROFILE=tiger` gets it.")
    cluster = RedisClusterServers(tmp_path)
    try:
        store = Store(",".join(server.url for server in cluster.servers[:3]), "timelines")
        nodes = redis.probe(store, timeout=1)
        assert [node.state for node in nodes] == [State.WELL] * 6
        assert sorted(node.role for node in nodes) == ["primary"] * 3 + ["replica"] * 3
        cluster.servers[0].kill()

        def dead() -> list[str]:
            return [node.name for node in redis.probe(store, timeout=1) if node.state is State.DEAD]

        wait_until(lambda: dead() == [f"127.0.0.1:{cluster.servers[0].port}"], seconds=10, what="a dead node")
    finally:
        cluster.stop()


@pytest.mark.django_db
def test_the_database_of_this_profile_answers():
    store = Store(str(settings.DATABASES["default"].get("HOST") or "sqlite:///x"), "posts")
    probe = mongodb.probe if connection.vendor == "mongodb" else sql.probe
    (node,) = probe(store, timeout=2)
    assert node.state is State.WELL
    assert node.latency < 2


def test_cassandra_s_nodes_are_asked_one_by_one():
    hosts, port = os.environ.get("CASSANDRA_HOSTS", "127.0.0.1,127.0.0.2"), int(os.environ.get("CASSANDRA_PORT", "1"))
    chosen = {"HOST": hosts, "OPTIONS": {"connection": {"port": port}}}
    nodes = cassandra.ask_all(chosen, timeout=1)
    assert [node.name for node in nodes] == [f"{host}:{port}" for host in hosts.split(",")]
    expected = State.WELL if "CASSANDRA_HOSTS" in os.environ else State.DEAD
    assert {node.state for node in nodes} == {expected}


def test_what_is_no_cassandra_is_told_from_one(own_redis):
    chosen = {"HOST": "127.0.0.1", "OPTIONS": {"connection": {"port": own_redis.port}}}
    (node,) = cassandra.ask_all(chosen, timeout=0.3)
    assert node.state is State.DEAD


def test_a_queue_tells_how_many_jobs_wait(own_redis):
    from celery import current_app
    from kombu import Connection

    url = own_redis.url.removesuffix("/0") + "/3"
    name = next(iter(current_app.amqp.queues))
    assert [node.waiting for node in queue.probe(Store(url, "jobs"), timeout=1)] == [0]
    with Connection(url) as broker:
        for number in range(3):
            broker.SimpleQueue(name).put({"number": number})
    assert [node.waiting for node in queue.probe(Store(url, "jobs"), timeout=1)] == [3]
    own_redis.freeze()
    with pytest.raises(Exception, match=r"imed? ?out"):
        queue.probe(Store(url, "jobs"), timeout=0.1)


def test_a_cache_in_front_that_is_not_there_raises():
    with pytest.raises(ConnectionError):
        varnish.probe(Store(f"http://{REFUSING}", "shared pages"), timeout=0.2)


@pytest.mark.parametrize(
    ("url", "server", "name"),
    [
        ("redis://:secret@10.0.0.1:6379/2", "redis://10.0.0.1:6379", "10.0.0.1:6379"),
        ("redis://a:1/0,redis://b:2/0", "redis://a:1,b:2", "a:1, b:2"),
        ("mongodb://u:p@a:1,b:2/?replicaSet=rs0", "mongodb://a:1,b:2", "a:1,b:2"),
        ("sqlite:////srv/prowl/var/prowl.sqlite3", "sqlite:////srv/prowl/var/prowl.sqlite3", "prowl.sqlite3"),
        ("amqp://guest:guest@mq:5672//", "amqp://mq:5672", "mq:5672"),
    ],
)
def test_servers_are_told_apart_and_named_without_their_passwords(url, server, name):
    store = Store(url, "")
    assert (store.server, store.name) == (server, name)
