"""Harm is done to a tier while people use it: nothing acknowledged is lost, nothing doubled, nothing shown to others."""

import os

import pytest
from django.conf import settings

from . import checker
from .conftest import PARTS
from .faults import FAULTS, Fault, possible

pytestmark = pytest.mark.rush
IS_WHOLE = "FAULT_OPERATIONS" in os.environ
"""Whether it is ``make faults``, which has passed only if everything was run."""
NAMES = possible(PARTS, short=not IS_WHOLE)
OPERATIONS = max(100, int(os.environ.get("FAULT_OPERATIONS", "500")) // max(1, len(NAMES)))
"""Each fault's share of the operations of the whole run."""
FORGIVEN = (checker.OUT,) if "locmem" in settings.CACHES[settings.SESSION_CACHE_ALIAS]["BACKEND"] else ()
"""Where sessions are in the process, its death logs everybody out: what the next tier is for."""


@pytest.mark.parametrize("name", NAMES)
def test_whatever_dies_nothing_is_lost_doubled_or_leaked(rush, rows, name):
    fault = FAULTS[name]
    if lacking := fault.lacking():
        (pytest.fail if IS_WHOLE else pytest.skip)(f"NOT RUN: {lacking}")
    row = rush.under(fault, OPERATIONS)
    rows.append(row)
    print(
        f"{name}: {row.operations} operations, works after {row.works_after:.1f} s, all there after {row.there_after:.1f} s;"
        f" {row.figures}"
    )
    print(*row.violations, sep="\n")  # The others go on for long before pytest says why this one failed.
    assert [violation for violation in row.violations if violation.kind not in FORGIVEN] == []
    assert fault.dies or row.retries == 0, row.tried_again


def test_in_the_end_everything_is_where_it_belongs_and_replay_finds_no_difference(rush, rows):
    row = rush.read_all(Fault("everybody reads everything", (), FAULTS["none"].harm))
    rows.append(row)
    assert [violation for violation in row.violations if violation.kind not in FORGIVEN] == []
    assert "0 differences" in rush.tier.manage("replay", "--verify")
    assert "none differs" in rush.tier.manage("check_timelines", "--build")
