"""Tiger: clusters. Writes go to Cassandra, reads come from a MongoDB replica set, and any one server may die."""

from project import cassandra

from .cheetah import *
from .env import env

CASSANDRA_TIMEOUT = env.float("CASSANDRA_TIMEOUT", default=1.0)
"""Seconds for a statement on the hot path: a node that hangs answers nothing."""
CASSANDRA_DATA_CENTRE = env.str("CASSANDRA_DATA_CENTRE", default="datacenter1")
DATABASES["cassandra"] = {
    "ENGINE": "django_cassandra_engine",
    "HOST": env.str("CASSANDRA_HOSTS", default="127.0.0.1,127.0.0.2,127.0.0.3"),
    "NAME": env.str("CASSANDRA_KEYSPACE", default="prowl"),
    "USER": env.str("CASSANDRA_USER", default=""),
    "PASSWORD": env.str("CASSANDRA_PASSWORD", default=""),
    "OPTIONS": {
        "replication": {
            "strategy_class": "NetworkTopologyStrategy",
            CASSANDRA_DATA_CENTRE: env.int("CASSANDRA_REPLICATION", default=3),
        },
        "session": {"_default_timeout": CASSANDRA_TIMEOUT},  # For preparing; the driver has no other name for it.
        "connection": cassandra.connection(
            data_centre=CASSANDRA_DATA_CENTRE,
            port=env.int("CASSANDRA_PORT", default=9042),
            timeout=CASSANDRA_TIMEOUT,
            certificates=env.str("CASSANDRA_CA", default=""),
        ),
    },
}
MONGODB_TIMEOUT = env.float("MONGODB_TIMEOUT", default=2.0)
"""Seconds for a statement, and for connecting: a node that hangs answers nothing, though its kernel accepts connections.
To index what is large, ``migrate`` needs more of them."""
_WITHIN = dict.fromkeys(["socketTimeoutMS", "connectTimeoutMS"], round(MONGODB_TIMEOUT * 1000))
DATABASES["default"]["OPTIONS"] |= _WITHIN
DATABASES["replica"] = {
    **DATABASES["default"],
    # Late is what a secondary has; what is rolled back later has no head on the primary.
    "OPTIONS": {
        "readConcernLevel": "local",
        "readPreference": "secondaryPreferred",
        "maxStalenessSeconds": 90,  # the least that the driver takes
        "heartbeatFrequencyMS": 2_000,
        "serverSelectionTimeoutMS": 5_000,
        **_WITHIN,
    },
    "TEST": {"MIRROR": "default"},
}
DATABASE_ROUTERS = ["project.routers.CassandraRouter", "project.routers.MongoRouter"]
JOURNAL = {"BACKEND": "apps.journal.backends.cassandra.Journal", "OPTIONS": {"ALIAS": "cassandra"}}
INSTALLED_APPS = [*INSTALLED_APPS, "django_cassandra_engine", "apps.journal.backends.cassandra"]


def _in_cluster(url: str, prefix: str, *, ignore_errors: bool) -> dict[str, object]:
    options = {
        "CLIENT_CLASS": "project.redis_cluster.ClusterClient",
        "IGNORE_EXCEPTIONS": ignore_errors,
        "SOCKET_TIMEOUT": REDIS_TIMEOUT,
        "SOCKET_CONNECT_TIMEOUT": REDIS_TIMEOUT,
    }
    return {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": url, "KEY_PREFIX": prefix, "OPTIONS": options}


# A cluster has one database, so each has a prefix, by which it is cleared. REDIS_URL and REDIS_CACHE_URL are some of the
# nodes of two clusters, with commas between.
CACHES = {
    "default": _in_cluster(REDIS_URL, "limits", ignore_errors=True),
    "fragments": _in_cluster(REDIS_CACHE_URL, "fragments", ignore_errors=True),
    "sessions": _in_cluster(REDIS_URL, "sessions", ignore_errors=False),
    "ratelimit": _in_cluster(REDIS_URL, "limits", ignore_errors=True),
    "locks": _in_cluster(REDIS_URL, "locks", ignore_errors=False),
    "process": CACHES["process"],
}
TIMELINES = {
    "BACKEND": "apps.timelines.backends.redis.Timelines",
    "OPTIONS": {"URL": REDIS_CACHE_URL, "CLUSTER": True, "CAP": 200, "TIMEOUT": REDIS_TIMEOUT},
}

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="amqp://guest:guest@127.0.0.1:5672//")
# Nobody waits until a job is confirmed, which a broker that hangs or is full never does: the sweeper finds what was lost.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "write_timeout": 1,
    # Whoever connects tries each broker once; kombu's one limit for all of them would end with the first that hangs.
    "max_retries": CELERY_BROKER_URL.count(";"),
    "connect_retries_timeout": 0,
}
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_HEARTBEAT = 10
CELERY_WORKER_CONSUMER, CELERY_BROKER_CHANNEL_ERROR_RETRY = "project.consumer:Consumer", True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
_QUORUM = {"x-queue-type": "quorum"}  # a copy on most nodes of a RabbitMQ cluster
CELERY_TASK_QUEUES = {name: {**queue, "queue_arguments": _QUORUM} for name, queue in CELERY_TASK_QUEUES.items()}
