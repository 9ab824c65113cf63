"""The store of timelines is emptied: how fast they come back, each read being right meanwhile."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils.timezone import now as clock

from apps.core.ids import MAX, NIL
from apps.graph import selectors as graph
from apps.timelines import oracle
from apps.timelines.handler import timelines
from apps.timelines.home import Home

from .network import Network
from .report import Row
from .timing import cpu_seconds

PAGE = 20


def rows(crowd: Network) -> Iterator[Row]:
    """Empty the store, then let everybody read."""
    people = [user.pk for user in crowd.people]
    right = {person: _asked(person) for person in people}
    store: Any = timelines()
    for node in store.nodes.masters():
        node.client.flushall()
    began, cpu = time.perf_counter(), cpu_seconds()
    found = {person: [e.id for e in Home(person, now=clock()).fetch(MAX, NIL, PAGE)] for person in people}
    wall, cpu = time.perf_counter() - began, cpu_seconds() - cpu
    wrong = sum(found[person] != right[person] for person in people)
    yield Row(f"timelines rebuilt by reading, of {len(people)} people", len(people) / wall, None, "per s", least=2_000)
    yield Row("CPU of a rebuild", cpu / len(people) * 1e6, None, "µs")
    yield Row("reads that were wrong meanwhile", wrong, None, "", most=0)


def _asked(person: UUID) -> list[UUID]:
    """Return what the database says, whatever is stored."""
    following = graph.following_ids(person_id=person)
    return [entry.id for entry in oracle.entries(viewer_id=person, following=following, limit=PAGE)]
