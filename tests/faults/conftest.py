"""A tier under load that all faults share, and the table of what came of them.

``FAULT_OPERATIONS`` is how many operations the whole run has; without it they are few, and only the short ones run.
``FAULT_TABLE`` is the file that the table is written to.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from deploy.bin.tier import Tier, tiers
from deploy.bin.tier.site import Site
from tests.waiting import PATIENCE

from . import listing, partitions, table
from .rush import Row, Rush

PEOPLE, SEED = 14, int(os.environ.get("FAULT_SEED", "1"))
PROFILE = settings.SETTINGS_MODULE.rpartition(".")[2]
PARTS = tiers.planned(Site(PROFILE, Path("nowhere"), {}))
"""What a tier of this profile consists of; nothing runs yet."""


def site_environ(profile: str = PROFILE) -> dict[str, str]:
    """Return the environment of a tier's processes under test: settings that lift limits, one process a server.

    A slower machine's stores may take their time, in the proportion in which deadlines are longer.
    """
    return {
        "CASSANDRA_TIMEOUT": f"{PATIENCE:g}",
        "MONGODB_TIMEOUT": f"{2 * PATIENCE:g}",
        "DJANGO_SETTINGS_MODULE": "tests.faults.site_settings",
        "SETTINGS_UNDER_TEST": f"settings.{profile}",
        "WEB_CONCURRENCY": "1",
        "CELERY_EAGER": "0",
    }


def populate(tier: Tier, *, people: int = PEOPLE, seed: int = SEED) -> None:
    command = [sys.executable, "-m", "tests.faults.population", str(seed), str(people)]
    patient = {"CASSANDRA_TIMEOUT": "30", "MONGODB_TIMEOUT": "30"}  # Servers that have just started are slow.
    subprocess.run(command, env={**os.environ, **tier.environ, **patient}, check=True)


@pytest.fixture(scope="session")
def rows() -> Iterator[list[Row]]:
    found: list[Row] = []
    yield found
    print("\n" + "\n".join(table.lines(found)))
    if path := os.environ.get("FAULT_TABLE"):
        table.write(path, PROFILE, found)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what the other tests showed below the table."""
    if path := os.environ.get("FAULT_TABLE"):
        told = terminalreporter.stats
        listing.write(
            path, listing.shown(report for kind in ("passed", "failed", "error") for report in told.get(kind, ()))
        )


@pytest.fixture(scope="package")
def rush(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rush]:
    missing = dict.fromkeys(sentence for part in PARTS.values() for sentence in part.lacks)
    if missing:
        words = " ".join(missing)
        pytest.fail(words) if os.environ.get("CI") == "true" else pytest.skip(f"NOT RUN: {words}")
    with pytest.MonkeyPatch.context() as patch:
        for address in {name for part in PARTS.values() for name in part.provides}:
            patch.delenv(address, raising=False)  # The tier has servers of its own.
        tier = Tier.planned(PROFILE, tmp_path_factory.mktemp("tier"), environ=site_environ())
        with partitions.fenced(tier), tier.running():
            populate(tier)
            rush = Rush(tier, people=PEOPLE, seed=SEED)
            rush.begin()
            yield rush
