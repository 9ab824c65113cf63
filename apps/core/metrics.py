"""What is counted while Prowl runs, for Prometheus. Here, because every app counts; ``apps.tiers`` shows it.

Counting must never fail and hardly cost: a microsecond or two, no store. Where ``PROMETHEUS_MULTIPROC_DIR`` names a
directory, all processes of a machine count in files there and each of them can show the sum; without one, a process
shows what it counted itself.
"""

import logging
import os
from datetime import datetime
from pathlib import Path
from time import time

log = logging.getLogger(__name__)

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def make_directory() -> None:
    """Make the directory that the environment names; where that can't be, let each process count for itself."""
    folder = os.environ.get(_VARIABLE)
    if not folder:
        os.environ.pop(_VARIABLE, None)
        return
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / ".writable").touch()
    except OSError as error:
        del os.environ[_VARIABLE]
        log.warning("metrics_directory_unusable", extra={"folder": folder, "error": str(error)})


make_directory()  # The library looks for it when it is imported.

from prometheus_client import Counter, Gauge, Histogram  # noqa: E402
from prometheus_client.metrics import MetricWrapperBase  # noqa: E402

REQUESTS = Counter("prowl_requests", "Requests answered.", ["view", "method", "status"])
REQUEST_SECONDS = Histogram(
    "prowl_request_seconds",
    "How long answering took.",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
STAGE_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
STAGE_SECONDS = Histogram(
    "prowl_stage_seconds",
    "From acceptance until a stage is done: 'own' makes a post visible to its author, 'fanout' to everybody.",
    ["stage"],
    buckets=STAGE_BUCKETS,
)
STAGE_FAILURES = Counter("prowl_stage_failures", "Stages that raised; the sweeper repeats them.", ["stage"])
FANOUT_ENTRIES = Counter("prowl_fanout_entries", "Entries pushed into stored timelines.")
TIMELINE_READS = Counter(
    "prowl_timeline_reads",
    "Reads of home timelines: from the store, from the query because nothing is stored, or degraded: the store is away.",
    ["source"],
)
FRAGMENTS = Counter("prowl_fragments", "Rendered posts looked for in the cache.", ["result"])
LIMITED = Counter(
    "prowl_rate_limited", "Refused for coming too often, or because it could not be counted.", ["kind", "why"]
)
BREAKER_OPEN = Gauge(
    "prowl_breaker_open", "1 while a store that does not answer is not asked.", ["store"], multiprocess_mode="livemax"
)
SWEEPS = Counter("prowl_sweeps", "Rounds of the sweeper.")
LATE_READS = Counter(
    "prowl_late_reads",
    "Reads that may be late: by a replica, or pinned to the primary because their reader has just written.",
    ["source"],
)
REPLICA_LAG = Gauge(
    "prowl_replica_lag_seconds", "By how much the last secondary is behind the primary.", multiprocess_mode="livemax"
)


def count(metric: MetricWrapperBase, *labels: str, amount: float = 1) -> None:
    """Add to a counter. Nothing happens where the files' directory has gone."""
    try:
        (metric.labels(*labels) if labels else metric).inc(amount)  # type: ignore[attr-defined]
    except OSError:
        log.debug("not_counted", exc_info=True)


def observe(metric: MetricWrapperBase, seconds: float, *labels: str) -> None:
    """Add to a histogram, as ``count`` does."""
    try:
        metric.labels(*labels).observe(seconds)  # type: ignore[attr-defined]
    except OSError:
        log.debug("not_observed", exc_info=True)


def observe_since(metric: MetricWrapperBase, moment: datetime, *labels: str) -> None:
    """Add the seconds that have passed since ``moment``, by this machine's clock."""
    observe(metric, max(0.0, time() - moment.timestamp()), *labels)


def show(metric: MetricWrapperBase, value: float, *labels: str) -> None:
    """Set a gauge, as ``count`` does."""
    try:
        (metric.labels(*labels) if labels else metric).set(value)  # type: ignore[attr-defined]
    except OSError:
        log.debug("not_shown", exc_info=True)
