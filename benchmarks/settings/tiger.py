"""Tiger on a Cassandra cluster, a MongoDB replica set, two Redis Clusters and RabbitMQ."""

from settings.tiger import *

DATABASES["default"]["NAME"] = DATABASES["replica"]["NAME"] = "prowl_bench"
ROOT_URLCONF = "benchmarks.urls"
LOGGING = {"version": 1, "disable_existing_loggers": True}
PUSH_LIMIT = 1_000_000
