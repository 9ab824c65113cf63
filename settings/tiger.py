"""Tiger: clusters. Writes go to Cassandra, reads come from a MongoDB replica set, and any one server may die.

Under way: the journal is on Cassandra, and ``deploy.bin.tier stores tiger`` starts every store. Caches and timelines still
speak to single Redis servers, so this tier is not among those that ``make up`` and ``make test`` know to be whole.
"""

from project.cassandra import profiles

from .cheetah import *
from .env import env

CASSANDRA_DATA_CENTRE = env.str("CASSANDRA_DATA_CENTRE", default="datacenter1")
DATABASES["cassandra"] = {
    "ENGINE": "django_cassandra_engine",
    "HOST": env.str("CASSANDRA_HOSTS", default="127.0.0.1,127.0.0.2,127.0.0.3"),
    "NAME": env.str("CASSANDRA_KEYSPACE", default="prowl"),
    "OPTIONS": {
        "replication": {
            "strategy_class": "NetworkTopologyStrategy",
            CASSANDRA_DATA_CENTRE: env.int("CASSANDRA_REPLICATION", default=3),
        },
        "connection": {
            "port": env.int("CASSANDRA_PORT", default=9042),
            "protocol_version": 5,
            "execution_profiles": profiles(
                data_centre=CASSANDRA_DATA_CENTRE, timeout=env.float("CASSANDRA_TIMEOUT", default=1.0)
            ),
            "lazy_connect": True,  # else every command fails while the cluster is away, and forked processes hang
        },
    },
}
DATABASES["replica"] = {
    **DATABASES["default"],
    # Late is what a secondary has; what is rolled back later has no head on the primary.
    "OPTIONS": {
        "readConcernLevel": "local",
        "readPreference": "secondaryPreferred",
        "maxStalenessSeconds": 90,  # the least that the driver takes
        "heartbeatFrequencyMS": 2_000,
        "serverSelectionTimeoutMS": 5_000,
    },
    "TEST": {"MIRROR": "default"},
}
DATABASE_ROUTERS = ["project.routers.CassandraRouter", "project.routers.MongoRouter"]
JOURNAL = {"BACKEND": "apps.journal.backends.cassandra.Journal", "OPTIONS": {"ALIAS": "cassandra"}}
INSTALLED_APPS = [*INSTALLED_APPS, "django_cassandra_engine", "apps.journal.backends.cassandra"]
