"""What is done to a tier: each fault says of which parts it needs, and is left out where the tier lacks one."""

import fnmatch
from collections.abc import Callable, Collection
from dataclasses import dataclass

from deploy.bin.tier import Part, Tier

from . import disks, partitions
from .growing import database_node_replaced, journal_node_joins_and_leaves, server_joins_and_leaves
from .harms import (
    Harm,
    clocks_off,
    dead,
    evicts_behind,
    evicts_fail_over_behind,
    first_master,
    flooded,
    flushed,
    frozen,
    frozen_amid_a_restart,
    full,
    keeps_behind,
    killed,
    master,
    nothing,
    one_killed_one_reloaded,
    parted,
    poisoned,
    primary,
    primary_of,
    rolling,
    standing_still,
)
from .partitions import apart, cut_off


@dataclass(frozen=True)
class Fault:
    """``parts`` are what it is done to (``*`` for any of them); ``held`` is for how many seconds; ``bound`` within how many
    all is well again. ``short``: it is among those of every test run, on tiers that have this part.
    """

    done: str
    parts: tuple[str, ...]
    harm: Harm
    held: float = 3
    bound: float = 10
    short: str = "-"
    dies: bool = True
    """Where nothing dies, every answer is given at once: none is a 5xx."""
    lacking: Callable[[], str] = str
    """Says what is missing to do it here, "" if nothing is."""


def possible(parts: Collection[str], *, short: bool) -> list[str]:
    """Return the names of the faults that can happen to a tier of these parts."""
    found = {
        name: fault for name, fault in FAULTS.items() if all(fnmatch.filter(parts, wanted) for wanted in fault.parts)
    }
    if "web-2" in parts:
        del found["one server"]
    return [name for name, fault in found.items() if not short or fault.short in parts]


_WEBS = ("web-1", "web-2", "web-3")
_CASSANDRA = ("cassandra-1", "cassandra-2", "cassandra-3")
_TIMELINES, _KEPT = "redis-evicts*", "redis-keeps*"
_TIMELINES_CLUSTER, _KEPT_CLUSTER = "redis-evicts-*", "redis-keeps-*"


def _third_journal_node(tier: Tier) -> Part:
    return tier.parts["cassandra-3"]


FAULTS = {
    "none": Fault("nothing", (), nothing, held=0),
    "server": Fault(
        "one of three web servers killed, another restarted gracefully", _WEBS, one_killed_one_reloaded, short="web-2"
    ),
    "one server": Fault("the one web server killed and started again", ("web-1",), killed("web-1"), short="web-1"),
    "worker": Fault("the worker killed and started again", ("worker-1",), killed("worker-1"), short="worker-1"),
    "late fan-out": Fault("the worker frozen, so that fan-out comes late", ("worker-1",), frozen("worker-1")),
    "clockwork": Fault("the sweeper's clock (beat) killed and started again", ("beat",), killed("beat")),
    "timelines killed": Fault(
        "all of Redis of timelines killed and started again, empty",
        (_TIMELINES,), killed(_TIMELINES), short="redis-evicts",
    ),
    "timelines frozen": Fault(
        "all of Redis of timelines frozen", (_TIMELINES,), frozen(_TIMELINES), short="redis-evicts"
    ),
    "timelines flushed": Fault(
        "FLUSHALL in all of Redis of timelines", (_TIMELINES,), flushed, held=0, short="redis-evicts"
    ),
    "timelines behind": Fault(
        "all of Redis of timelines comes back without its last second", (_TIMELINES,), evicts_behind, held=0
    ),
    "timelines full": Fault("Redis of timelines has no memory left", (_TIMELINES,), full(_TIMELINES)),
    "sessions killed": Fault(
        "all of Redis of what must be kept killed and started again",
        (_KEPT,), killed(_KEPT), short="redis-keeps",
    ),
    "sessions frozen": Fault(
        "all of Redis of what must be kept frozen", (_KEPT,), frozen(_KEPT), short="redis-keeps"
    ),
    "sessions behind": Fault(
        "all of Redis of what must be kept comes back without its last second", (_KEPT,), keeps_behind, held=0
    ),
    "sessions full": Fault("Redis of what must be kept has no memory left", (_KEPT,), full(_KEPT)),
    "database": Fault("MongoDB killed and started again", ("mongod",), killed("mongod"), short="mongod"),
    "clocks": Fault("one server's clock 0.9 s slow, another's 2 s", _WEBS, clocks_off),
    "rolling": Fault(
        "a rolling restart over entries, facts and fragments that other releases left",
        ("web-2", _TIMELINES), rolling, held=0, dies=False,
    ),
    "flood": Fault("one person posts at ten times the allowed rate", _WEBS, flooded, held=0),
    "poison": Fault("a job that always raises", ("worker-1", "beat"), poisoned, held=0, bound=20),
    "journal node": Fault(
        "one of three Cassandra nodes killed and started again",
        _CASSANDRA, killed("cassandra-2"), bound=30, short="cassandra-2",
    ),
    "journal node frozen": Fault(
        "one of three Cassandra nodes frozen, and a web server's processes replaced meanwhile",
        ("cassandra-3", "web-2"), frozen_amid_a_restart("cassandra-3", "web-2"), held=6, bound=30,
    ),
    "journal quorum": Fault(
        "two of three Cassandra nodes killed and started again",
        _CASSANDRA, killed("cassandra-2", "cassandra-3"), held=10, bound=60,
    ),
    "primary": Fault(
        "the primary of three MongoDB nodes killed and started again",
        ("mongod-*",), primary(dead), held=6, bound=20, short="mongod-1",
    ),
    "primary frozen": Fault(
        "the primary of three MongoDB nodes frozen", ("mongod-*",), primary(standing_still), held=6, bound=20
    ),
    "majority": Fault(
        "two of three MongoDB nodes killed and started again",
        ("mongod-*",), killed("mongod-1", "mongod-2"), held=10, bound=30,
    ),
    "timelines master": Fault(
        "a master of the Redis Cluster of timelines killed, and started again as a replica",
        (_TIMELINES_CLUSTER,), master(_TIMELINES_CLUSTER, dead), held=5, bound=20, short="redis-evicts-1",
    ),
    "timelines master frozen": Fault(
        "a master of the Redis Cluster of timelines frozen",
        (_TIMELINES_CLUSTER,), master(_TIMELINES_CLUSTER, standing_still), held=5, bound=20,
    ),
    "timelines fail over behind": Fault(
        "each master of the Redis Cluster of timelines killed in turn, followed by a replica some seconds behind",
        (_TIMELINES_CLUSTER,), evicts_fail_over_behind, held=0, bound=20,
    ),
    "sessions master": Fault(
        "a master of the Redis Cluster of sessions killed, and started again as a replica",
        (_KEPT_CLUSTER,), master(_KEPT_CLUSTER, dead), held=5, bound=20,
    ),
    "sessions master frozen": Fault(
        "a master of the Redis Cluster of sessions frozen",
        (_KEPT_CLUSTER,), master(_KEPT_CLUSTER, standing_still), held=5, bound=20,
    ),
    "broker": Fault("RabbitMQ killed and started again", ("rabbitmq",), killed("rabbitmq"), bound=20, short="rabbitmq"),
    "broker frozen": Fault("RabbitMQ frozen", ("rabbitmq",), frozen("rabbitmq"), held=5, bound=20),
    "journal node cut off": Fault(
        "one of three Cassandra nodes cut off from everybody",
        _CASSANDRA, parted(cut_off, _third_journal_node), held=6, bound=30, lacking=partitions.lacking,
    ),
    "journal node apart": Fault(
        "one of three Cassandra nodes cut off from the other two, not from the servers",
        _CASSANDRA, parted(apart, _third_journal_node), held=15, bound=30, lacking=partitions.lacking,
    ),
    "primary cut off": Fault(
        "the primary of three MongoDB nodes cut off from everybody",
        ("mongod-*",), parted(cut_off, primary_of), held=6, bound=20, lacking=partitions.lacking,
    ),
    "primary apart": Fault(
        "the primary of three MongoDB nodes cut off from the other two, not from the servers",
        ("mongod-*",), parted(apart, primary_of), held=10, bound=20, lacking=partitions.lacking,
    ),
    "timelines master apart": Fault(
        "a master of the Redis Cluster of timelines cut off from the other nodes, not from the servers",
        (_TIMELINES_CLUSTER,), parted(apart, first_master(_TIMELINES_CLUSTER)), held=5, bound=20, lacking=partitions.lacking,
    ),
    "sessions master apart": Fault(
        "a master of the Redis Cluster of sessions cut off from the other nodes, not from the servers",
        (_KEPT_CLUSTER,), parted(apart, first_master(_KEPT_CLUSTER)), held=5, bound=20, lacking=partitions.lacking,
    ),
    "journal's disk": Fault(
        "the disk of one of three Cassandra nodes is full",
        _CASSANDRA, disks.disk_full(_third_journal_node, disks.flushes),
        held=6, bound=30, lacking=disks.lacking,
    ),
    "primary's disk": Fault(
        "the disk of the primary of three MongoDB nodes is full",
        ("mongod-*",), disks.disk_full(primary_of, disks.syncs, lead=disks.steps_up),
        held=6, bound=20, lacking=disks.lacking,
    ),
    "sessions' disk": Fault(
        "the disk of a master of the Redis Cluster of sessions is full",
        (_KEPT_CLUSTER,), disks.disk_full(first_master(_KEPT_CLUSTER), disks.appends, lead=disks.takes_over),
        held=6, bound=20, lacking=disks.lacking,
    ),
    "server joins": Fault(
        "a fourth web server joins and leaves again", (*_WEBS, "nginx"), server_joins_and_leaves, dies=False
    ),
    "journal grows": Fault(
        "a fourth Cassandra node joins, and leaves again", _CASSANDRA, journal_node_joins_and_leaves, held=5, bound=30
    ),
    "node replaced": Fault(
        "the primary of three MongoDB nodes dies with its disk, and an empty one takes its place",
        ("mongod-*",), database_node_replaced, bound=20,
    ),
    "cache": Fault("Varnish killed and started again", ("varnish",), killed("varnish")),
    "edge": Fault("Nginx killed and started again", ("nginx",), killed("nginx")),
}  # fmt: skip
