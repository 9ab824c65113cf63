"""The last hour, a sample a minute."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches

from apps.core import notes
from apps.tiers import history
from apps.tiers.history import Sample, quantile
from apps.tiers.presence import WEB, Presence

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
INF = float("inf")


@pytest.fixture(autouse=True)
def _nothing_kept():
    caches["locks"].clear()


@pytest.mark.parametrize(
    ("counted", "before", "found"),
    [
        ({0.1: 99, 1.0: 100, INF: 100}, {}, 0.1),
        ({0.1: 98, 1.0: 100, INF: 100}, {}, 1.0),
        ({0.1: 0, 1.0: 0, INF: 4}, {}, 1.0),
        ({0.1: 50, 1.0: 60, INF: 60}, {0.1: 50, 1.0: 50, INF: 50}, 1.0),
        ({0.1: 50, 1.0: 60, INF: 60}, {0.1: 50, 1.0: 60, INF: 60}, None),
        ({0.1: 2, 1.0: 2, INF: 2}, {0.1: 50, 1.0: 60, INF: 60}, 0.1),
        ({}, {}, None),
    ],
)
def test_a_quantile_is_that_of_what_was_counted_since(counted, before, found):
    assert quantile(counted, before, 0.99) == found


def test_a_sample_is_taken_once_a_minute_and_forgotten_after_an_hour():
    server = Presence(WEB)
    server.say()
    old = Sample(NOW - timedelta(minutes=61), 1.0, None, None, 0)
    young = Sample(NOW - timedelta(minutes=59), 2.0, None, None, 0)
    notes.leave("history:samples", [old, young], seconds=60)
    for second in (0, 3, 6):
        history.sample(now=NOW + timedelta(seconds=second))
    kept = history.samples(now=NOW)
    assert [one.at for one in kept] == [young.at, NOW]
    assert [moment for moment, _ in history.column(kept, "p99")] in ([], [NOW])
    assert history.column([young], "p99") == []
    assert history.column(kept, "pending") == [(young.at, 0.0), (NOW, 0.0)]
