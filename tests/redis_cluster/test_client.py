"""django-redis on three masters with a replica each: what its stock client can't do, through moves and failovers."""

import subprocess

import pytest
import redis
from django_redis.cache import RedisCache
from redis.crc import key_slot

from tests.servers.redis_cluster import RedisClusterServers
from tests.waiting import wait_until

pytestmark = pytest.mark.once

KEYS = [f"key{n}" for n in range(40)]
MOVED = 100


@pytest.fixture
def cluster(redis_cluster: RedisClusterServers) -> RedisClusterServers:
    return redis_cluster


def cache_of(cluster: RedisClusterServers, prefix: str = "a", **more: object) -> RedisCache:
    client = more.pop("CLIENT_CLASS", "project.redis_cluster.ClusterClient")
    options = {"CLIENT_CLASS": client, "SOCKET_TIMEOUT": 1, "SOCKET_CONNECT_TIMEOUT": 1, **more}
    cache = RedisCache(cluster.url, {"KEY_PREFIX": prefix, "OPTIONS": options})
    cache.clear()
    return cache


def test_the_stock_client_is_refused_by_two_masters_of_three(cluster):
    cache = RedisCache(cluster.master_of(0).url, {"OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient"}})
    refused = 0
    for key in KEYS:
        try:
            cache.set(key, key)
        except redis.exceptions.MovedError:
            refused += 1
        except Exception as error:
            refused += "Moved" in repr(error.__cause__)
    assert len(KEYS) / 3 < refused < len(KEYS)


def test_every_command_of_a_cache_works_across_nodes(cluster):
    cache = cache_of(cluster)
    cache.set_many({key: {"is": key} for key in KEYS})
    assert cache.get_many([*KEYS, "none"]) == {key: {"is": key} for key in KEYS}
    assert cache.add("key0", 1) is False
    assert cache.add("new", 1, timeout=100) is True
    assert 0 < cache.ttl("new") <= 100
    assert [cache.incr("new"), cache.decr("new", 2)] == [2, 0]
    assert cache.touch("new", 200) is True
    cache.delete_many(KEYS[:20])
    assert len(cache.get_many(KEYS)) == 20
    assert cache.get("key0") is None
    with pytest.raises(ValueError, match="not found"):
        cache.incr("none")


def test_clearing_one_alias_leaves_the_others(cluster):
    one, other = cache_of(cluster, "one"), cache_of(cluster, "other")
    for cache in (one, other):
        cache.set_many(dict.fromkeys(KEYS, 1))
    one.clear()
    assert (len(one.get_many(KEYS)), len(other.get_many(KEYS))) == (0, len(KEYS))


def test_a_slot_that_moves_is_followed(cluster):
    cache = cache_of(cluster)
    moving = next(key for n in range(16384) if key_slot(cache.make_key(key := f"moving{n}").encode()) < MOVED)
    cache.set(moving, 1)
    source, to = cluster.master_of(0), cluster.master_of(8192)
    names = {}
    for server in (source, to):
        with redis.Redis(port=server.port) as client:
            names[server.port] = client.cluster("myid").decode()
    arguments = ["--cluster-from", names[source.port], "--cluster-to", names[to.port], "--cluster-slots", str(MOVED)]
    command = ["redis-cli", "--cluster", "reshard", f"127.0.0.1:{source.port}", *arguments, "--cluster-yes"]
    subprocess.run(command, check=True, capture_output=True)
    wait_until(lambda: cluster.master_of(MOVED - 1) is to, seconds=10, what="the move of slots")
    assert cache.get(moving) == 1
    cache.set(moving, 2)
    assert cache.get_many([moving, "none"]) == {moving: 2}


def test_a_master_that_dies_is_followed_by_its_replica(cluster):
    cache = cache_of(cluster)
    cache.set_many(dict.fromkeys(KEYS, "kept"))
    master = cluster.master_of(key_slot(cache.make_key("key0").encode()))
    wait_until(lambda: _has_replicated(master), seconds=5, what="the replica's acknowledgement")
    master.kill()

    def answers() -> bool:
        try:
            return bool(cache.get("key0") == "kept" and cache.set("key0", "kept"))
        except Exception:
            return False

    took = wait_until(answers, seconds=10, what="the replica to take over")
    print(f"the replica answered after {took:.1f} s")
    assert cache.get_many(KEYS) == dict.fromkeys(KEYS, "kept")


def _has_replicated(master) -> bool:
    with redis.Redis(port=master.port) as client:
        said = client.info("replication")
    return any(said[f"slave{n}"]["offset"] == said["master_repl_offset"] for n in range(said["connected_slaves"]))
