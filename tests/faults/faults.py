"""What is done to a tier: each fault says of which parts it needs, and is left out where the tier lacks one."""

from dataclasses import dataclass

from .harms import (
    Harm,
    clocks_off,
    evicts_behind,
    flooded,
    flushed,
    frozen,
    full,
    keeps_behind,
    killed,
    master_killed,
    nothing,
    one_killed_one_reloaded,
    poisoned,
    primary_killed,
    rolling,
)


@dataclass(frozen=True)
class Fault:
    """``parts`` are what it is done to; ``held`` is for how many seconds; ``bound`` within how many all is well again."""

    done: str
    parts: tuple[str, ...]
    harm: Harm
    held: float = 3
    bound: float = 10
    short: bool = False
    """It is among those of every test run."""
    dies: bool = True
    """Where nothing dies, every answer is given at once: none is a 5xx."""


FAULTS = {
    "none": Fault("nothing", (), nothing, held=0),
    "server": Fault(
        "one of three web servers killed, another restarted gracefully",
        ("web-1", "web-2", "web-3"), one_killed_one_reloaded, short=True,
    ),
    "one server": Fault("the one web server killed and started again", ("web-1",), killed("web-1"), short=True),
    "worker": Fault("the worker killed and started again", ("worker-1",), killed("worker-1"), short=True),
    "late fan-out": Fault("the worker frozen, so that fan-out comes late", ("worker-1",), frozen("worker-1")),
    "clockwork": Fault("the sweeper's clock (beat) killed and started again", ("beat",), killed("beat")),
    "timelines killed": Fault(
        "Redis of timelines killed and started again, empty", ("redis-evicts",), killed("redis-evicts"), short=True
    ),
    "timelines frozen": Fault("Redis of timelines frozen", ("redis-evicts",), frozen("redis-evicts"), short=True),
    "timelines flushed": Fault("FLUSHALL in Redis of timelines", ("redis-evicts",), flushed, held=0, short=True),
    "timelines behind": Fault(
        "Redis of timelines comes back without its last second", ("redis-evicts",), evicts_behind, held=0
    ),
    "timelines full": Fault("Redis of timelines has no memory left", ("redis-evicts",), full("redis-evicts")),
    "sessions killed": Fault(
        "Redis of sessions and queue killed and started again", ("redis-keeps",), killed("redis-keeps"), short=True
    ),
    "sessions frozen": Fault("Redis of sessions and queue frozen", ("redis-keeps",), frozen("redis-keeps"), short=True),
    "sessions behind": Fault(
        "Redis of sessions and queue comes back without its last second", ("redis-keeps",), keeps_behind, held=0
    ),
    "sessions full": Fault("Redis of sessions and queue has no memory left", ("redis-keeps",), full("redis-keeps")),
    "database": Fault("MongoDB killed and started again", ("mongod",), killed("mongod"), short=True),
    "clocks": Fault("one server's clock 0.9 s slow, another's 2 s", ("web-1", "web-2", "web-3"), clocks_off),
    "rolling": Fault(
        "a rolling restart over entries, facts and fragments that other releases left",
        ("web-1", "web-2", "redis-evicts"), rolling, held=0, dies=False,
    ),
    "flood": Fault(
        "one person posts at ten times the allowed rate", ("web-1", "web-2", "web-3"), flooded, held=0
    ),
    "poison": Fault("a job that always raises", ("worker-1", "beat"), poisoned, held=0, bound=20),
    "journal node": Fault(
        "one of three Cassandra nodes killed and started again",
        ("cassandra-1", "cassandra-2", "cassandra-3"), killed("cassandra-2"), bound=30, short=True,
    ),
    "journal quorum": Fault(
        "two of three Cassandra nodes killed and started again",
        ("cassandra-1", "cassandra-2", "cassandra-3"), killed("cassandra-2", "cassandra-3"), held=10, bound=60,
    ),
    "primary": Fault(
        "the primary of three MongoDB nodes killed and started again",
        ("mongod-1", "mongod-2", "mongod-3"), primary_killed, held=6, bound=20, short=True,
    ),
    "timelines master": Fault(
        "a master of the Redis Cluster of timelines killed, and started again as a replica",
        ("redis-evicts-1", "redis-evicts-6"), master_killed, held=5, bound=20, short=True,
    ),
    "broker": Fault("RabbitMQ killed and started again", ("rabbitmq",), killed("rabbitmq"), bound=20, short=True),
    "cache": Fault("Varnish killed and started again", ("varnish",), killed("varnish")),
    "edge": Fault("Nginx killed and started again", ("nginx",), killed("nginx")),
}  # fmt: skip
