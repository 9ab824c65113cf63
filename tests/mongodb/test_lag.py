"""How late secondaries are: against a replica set of several nodes, where the settings name one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from pymongo import MongoClient, WriteConcern

from apps.core import ids
from project.mongodb.lag import lag_seconds
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.clusters,
    pytest.mark.skipif("replica" not in settings.DATABASES, reason="of tiers that read from a replica"),
]


@pytest.mark.django_db
def test_a_secondary_that_takes_nothing_falls_behind_and_catches_up():
    """Two nodes go on meanwhile, and a majority acknowledges."""
    chosen = settings.DATABASES["replica"]
    client: MongoClient[Any] = MongoClient(chosen["HOST"], **chosen["LATE"])
    wait_until(lambda: client.secondaries, seconds=10, what="finding the secondaries")
    host, port = min(client.secondaries)
    rows = connections["default"].database["lag"].with_options(write_concern=WriteConcern("majority"))  # type: ignore[attr-defined]

    def late() -> float:
        rows.insert_one({"_id": ids.mint(now=datetime.now(UTC)).hex})
        return lag_seconds(client) or 0.0

    with MongoClient(host, port, directConnection=True) as secondary:
        secondary.admin.command("fsync", 1, lock=True)
        try:
            wait_until(lambda: late() >= 2, seconds=20, what="a secondary two seconds late")
        finally:
            secondary.admin.command("fsyncUnlock")
    wait_until(lambda: late() < 1, seconds=20, what="a secondary that caught up")
    client.close()
    rows.drop()
