"""A post with 100,000 followers, who all have a full timeline: its acknowledgement, its delivery, and what small posts
notice of it. The limit for pushing is raised (``settings.cheetah``), or readers would merge it.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.timezone import now as clock

from apps.journal.handler import journal
from apps.posts import services
from apps.posts.values import Audience
from apps.timelines.handler import timelines
from apps.timelines.stages import FANOUT
from deploy.bin.tier.parts import jobs
from deploy.bin.tier.site import Site
from project import celery_app

from .figures import quantile
from .network import Network
from .pushing import deliver, entry_by, fill, followed
from .report import Row
from .timing import compare, cpu_seconds

MANY = 100_000
_SMALL, _A_SECOND = 50, 5
_PATIENCE_SECONDS = 120
_MEMORY = "2gb"


def rows(crowd: Network) -> Iterator[Row]:
    store: Any = timelines()
    for node in store.nodes.masters():
        node.client.config_set("maxmemory", _MEMORY)
    big, small = crowd.people[0].pk, crowd.reader().pk
    owners = followed(big, MANY)
    fill(owners)
    costs = compare({"big": partial(_publish, big), "small": partial(_publish, small)})
    what = f"acknowledging a post with {MANY:,} followers ÷ one with 40 (CPU)"
    yield Row(what, costs["big"].cpu, costs["small"].cpu, "µs", most=1.02)
    with celery_app.connection_for_write() as connection:
        celery_app.control.purge(connection)  # Those are not to be delivered.
    yield _delivered(big, owners)
    fill(owners)
    yield from _beside(big, small)


def _publish(author: UUID) -> UUID:
    """Post; return the id of the activity, whose marks tell when it is delivered."""
    services.publish(author_id=author, text="Leaves yes, rain no.", audience=Audience.PUBLIC, now=clock())
    newest = journal().newest_of(author)
    assert newest
    return newest


def _delivered(author: UUID, owners: Sequence[UUID]) -> Row:
    before = cpu_seconds()
    deliver(entry_by(author), owners)
    return Row(f"delivering it to {MANY:,} followers (CPU)", cpu_seconds() - before, None, "s", most=2)


def _beside(big: UUID, small: UUID) -> Iterator[Row]:
    """Let a worker deliver small posts, first alone, then while it delivers a big one."""
    with _worker():
        idle = _deliveries(small)
        sent, began = _publish(big), time.perf_counter()
        busy = _deliveries(small)
        _wait_for(sent)
        took = time.perf_counter() - began
    for name, part in (("p50", 0.5), ("p99", 0.99)):
        goal = 1.2 if name == "p99" else None
        yield Row(
            f"small posts meanwhile ÷ idle, delivered {name}",
            quantile(busy, part),
            quantile(idle, part),
            "ms",
            most=goal,
        )
    yield Row("the big one was delivered by the worker in", took, None, "s")


def _deliveries(author: UUID) -> list[float]:
    """Post at a steady rate; return how long each took from then until it was delivered, in seconds."""
    start, done = time.perf_counter(), list[float]()
    sent: dict[UUID, float] = {}
    while len(done) < _SMALL:
        now = time.perf_counter()
        if now - start > _PATIENCE_SECONDS:
            raise RuntimeError(f"only {len(done)} of {_SMALL} posts were delivered")
        if len(sent) + len(done) < _SMALL and now >= start + (len(sent) + len(done)) / _A_SECOND:
            sent[_publish(author)] = now
        marks = journal().marks(list(sent))
        through = [id for id in sent if FANOUT in marks.get(id, ())]
        done += [time.perf_counter() - sent.pop(id) for id in through]
    return done


def _wait_for(id: UUID) -> None:
    until = time.perf_counter() + _PATIENCE_SECONDS
    while FANOUT not in journal().marks([id]).get(id, ()):
        if time.perf_counter() > until:
            raise RuntimeError("the post was not delivered")
        time.sleep(0.01)


@contextmanager
def _worker() -> Iterator[None]:
    """Run the tier's worker on the stores of this process."""
    given = {name: value for name, value in os.environ.items() if name.endswith("_URL")}
    with tempfile.TemporaryDirectory(prefix="prowl-worker-") as folder:
        site = Site("any", Path(folder), {**given, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]})
        worker = jobs.workers(site)[0]
        try:
            worker.start()
            yield
        finally:
            worker.stop()
