"""The drawing for wide pages: from readers on the left to stores on the right, as a request goes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from apps.tiers.nodes import Part, Place

from .boxes import Box, Plan, Way, arrow, boxes_of, column, curve, line

_WIDTH, _READERS, _MARGIN = 832.0, 78.0, 12.0
_WIDTHS = {0: (212.0, 244.0), 1: (172.0, 214.0), 2: (152.0, 202.0)}
"""Widths of a web server's and of a store's box, by how many kinds of servers stand before."""


def draw(parts: Sequence[Part]) -> Plan:
    """Return the drawing of ``parts``."""
    fronts = [part for place in (Place.PROXY, Place.CACHE) for part in parts if part.place is place]
    web_width, store_width = _WIDTHS[min(len(fronts), 2)]
    columns = [boxes_of(part, width=128) for part in fronts] + [_boxes(parts, web_width, Place.WEB)]
    columns.append(_boxes(parts, store_width, Place.STORE, Place.QUEUE))
    workers = _boxes(parts, web_width, Place.WORKER)
    gap = (_WIDTH - _READERS - sum(boxes[0].width for boxes in columns)) / len(columns)
    middle = max(_tall(boxes) for boxes in columns) / 2 + _MARGIN
    x, placed = _READERS, []
    for boxes in columns:
        placed.append(column(boxes, x=x + gap, middle=middle))
        x += gap + boxes[0].width
    last = placed[-1]
    queue = max((box.bottom for box in last if box.place is Place.QUEUE), default=0.0)
    under = max(placed[-2][-1].bottom + 20, *(queue + 24 - worker.height / 2 for worker in workers[:1]), 0)
    workers = [replace(w, x=placed[-2][0].x, y=under + n * (w.height + 20)) for n, w in enumerate(workers)]
    ways = [*_to_servers(placed[:-1], middle), *_to_stores(placed[-2], last, gap), *_to_workers(last, workers)]
    boxes = [box for boxes in placed for box in boxes] + workers
    height = max(box.bottom for box in boxes) + _MARGIN
    return Plan(_WIDTH, height, (0, middle - 3), tuple(boxes), tuple(ways))


def _boxes(parts: Iterable[Part], width: float, *places: Place) -> list[Box]:
    """Return the boxes at ``places``, those at the first first."""
    return [box for place in places for part in parts if part.place is place for box in boxes_of(part, width=width)]


def _tall(boxes: Sequence[Box]) -> float:
    return sum(box.height for box in boxes) + 20 * (len(boxes) - 1)


def _to_servers(columns: Sequence[Sequence[Box]], middle: float) -> list[Way]:
    ways = [curve(_READERS, middle, box.x, box.middle, thick=len(columns[0]) == 1) for box in columns[0]]
    for left, right in pairwise(columns):
        thick = len(left) == len(right) == 1
        ways += [curve(a.right, a.middle, b.x, b.middle, thick=thick) for a in left for b in right]
    return ways


def _to_stores(servers: Sequence[Box], stores: Sequence[Box], gap: float) -> list[Way]:
    """Every server speaks to every store: one line that all of them share."""
    bus = servers[0].right + gap * 0.4
    ends = [box.middle for box in (*servers, *stores)]
    ways = [Way(line("M", box.right, box.middle, "H", bus)) for box in servers]
    if max(ends) - min(ends) > 1:
        ways.append(Way(line("M", bus, min(ends), "V", max(ends))))
    for box in stores:
        kind = "late" if box.place is Place.QUEUE else ""
        ways.append(Way(line("M", bus, box.middle, "H", box.x - 8), arrow(box.x, box.middle, "right"), kind))
    return ways


def _to_workers(stores: Sequence[Box], workers: Sequence[Box]) -> list[Way]:
    """Jobs come down from the queue."""
    queues = [box for box in stores if box.place is Place.QUEUE]
    ways = []
    for queue in queues:
        x = queue.x + queue.width / 2
        for worker in workers:
            path = line("M", x, queue.bottom, "V", worker.middle - 12, "Q", x, worker.middle, x - 12, worker.middle)
            ways.append(Way(line(path, "H", worker.right + 8), arrow(worker.right, worker.middle, "left"), "late"))
    return ways
