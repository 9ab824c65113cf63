"""What Prometheus reads: what processes counted, and what the stores say at this moment."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from . import architecture, counted
from .nodes import Place, State

CONTENT_TYPE = CONTENT_TYPE_LATEST


def text() -> bytes:
    """Return all metrics: of every process of this machine where they share a directory, else of this one alone."""
    registry = CollectorRegistry()
    registry.register(_Site(timezone.now()))
    registry.register(_As(counted.source()))
    return generate_latest(registry)


class _As(Collector):
    """Another registry's metrics, as a collector."""

    def __init__(self, source: Collector | CollectorRegistry) -> None:
        self.source = source

    def collect(self) -> Iterable[Metric]:
        return self.source.collect()

    def describe(self) -> Iterable[Metric]:
        return ()


class _Site(Collector):
    """What is the same whichever process is asked, read from the stores within a deadline. What can't be read is left out."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        seen = architecture.look(now=self.now, forwarded=False)
        yield from self._sweeper(seen)
        yield from self._parts(seen)
        waiting = [
            node.waiting for part in seen.at_place(Place.QUEUE) for node in part.nodes if node.waiting is not None
        ]
        if waiting:
            yield _gauge("prowl_queue_jobs", "Jobs that wait for a worker.", sum(waiting))

    def _sweeper(self, seen: architecture.Look) -> Iterator[Metric]:
        if (heard := seen.round) is None:
            return
        oldest = heard.waiting_since()
        yield _gauge("prowl_sweep_age_seconds", "Since the sweeper was heard of.", heard.age(self.now).total_seconds())
        yield _gauge("prowl_pending", "Activities that its last round left undone.", heard.pending)
        age = (self.now - oldest).total_seconds() if oldest else 0
        yield _gauge("prowl_pending_oldest_seconds", "Since the oldest of them was accepted.", age)
        yield _gauge(
            "prowl_set_aside", "Stages that failed too often and wait for somebody to mend the cause.", heard.set_aside
        )

    def _parts(self, seen: architecture.Look) -> Iterator[Metric]:
        up = GaugeMetricFamily("prowl_part_up", "1 if it answers.", labels=["part", "node"])
        latency = GaugeMetricFamily(
            "prowl_part_latency_seconds", "How long it took to answer.", labels=["part", "node"]
        )
        for part in seen.parts:
            for node in part.nodes:
                if node.state is not State.UNKNOWN:
                    up.add_metric([part.key, node.name], float(node.state is State.WELL))
                if node.latency is not None:
                    latency.add_metric([part.key, node.name], node.latency)
        yield from (up, latency)


def _gauge(name: str, help: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help, value=value)
