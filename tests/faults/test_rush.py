"""Harm is done to a tier while people use it: nothing acknowledged is lost, nothing doubled, nothing shown to others."""

import os

import pytest
from django.conf import settings

from . import checker
from .faults import FAULTS, Fault
from .rush import Rush

pytestmark = pytest.mark.rush
OPERATIONS = int(os.environ.get("FAULT_OPERATIONS", "0"))
_SHORT = 500
IS_STATELESS = "locmem" not in settings.CACHES[settings.SESSION_CACHE_ALIAS]["BACKEND"]
FORGIVEN = () if IS_STATELESS else (checker.OUT,)
"""Where sessions are in the process, its death logs everybody out: what the next tier is for."""


def can_happen(fault: Fault, rush: Rush) -> bool:
    parts = set(rush.tier.parts)
    is_smaller = fault is FAULTS["one server"] and "web-2" in parts
    return parts.issuperset(fault.parts) and not is_smaller


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.short or OPERATIONS])
def test_whatever_dies_nothing_is_lost_doubled_or_leaked(rush, rows, name):
    fault = FAULTS[name]
    if not can_happen(fault, rush):
        pytest.skip(f"this tier has no {', '.join(fault.parts)}")
    row = rush.under(fault, OPERATIONS or _SHORT)
    rows.append(row)
    print(
        f"{name}: {row.operations} operations, works after {row.works_after:.1f} s, all there after {row.there_after:.1f} s;"
        f" {row.figures}"
    )
    assert [violation for violation in row.violations if violation.kind not in FORGIVEN] == []
    assert fault.dies or row.retries == 0


def test_in_the_end_everything_is_where_it_belongs_and_replay_finds_no_difference(rush, rows):
    row = rush.read_all(Fault("everybody reads everything", (), FAULTS["none"].harm))
    rows.append(row)
    assert [violation for violation in row.violations if violation.kind not in FORGIVEN] == []
    assert "0 differences" in rush.tier.manage("replay", "--verify")
    assert "none differs" in rush.tier.manage("check_timelines", "--build")
