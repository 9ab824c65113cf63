"""What deploy/tiger ships for Redis is read by it, for MongoDB compared: both say what the tests are run with. RabbitMQ
reads its own in ``make faults`` (``tests/faults/test_brokers.py``).
"""

import re

import pytest
import redis as client

from deploy.bin.tier.parts import mongodb, redis
from deploy.bin.tier.ports import free_port
from deploy.bin.tier.site import DEPLOY, Site

pytestmark = pytest.mark.once
TIGER = DEPLOY / "tiger"


def test_redis_takes_its_file_and_clusters_as_under_test(redis_server, tmp_path):
    part = redis.server(Site("tiger", tmp_path, {}), "redis", ["--cluster-port", str(free_port())])
    program, *options = part.command
    part.command = [program, TIGER / "redis" / "cluster.conf", *options]
    part.start()
    try:
        with client.Redis(port=part.port) as asked:
            for option, value in zip(redis.IN_CLUSTER[::2], redis.IN_CLUSTER[1::2], strict=True):
                name = option.removeprefix("--")
                assert asked.config_get(name) == {name: value}
    finally:
        part.kill()


def test_mongodb_is_told_the_settings_under_test():
    (block,) = re.findall(r"settings: \{([^}]*)\}", (TIGER / "mongodb" / "replica-set.js").read_text())
    said = dict(re.findall(r"(\w+): (\w+)", block))
    assert said == {name: str(value).lower() for name, value in mongodb.SET.items()}
