"""The drawing for narrow pages: from readers at the top to stores at the bottom."""

from collections.abc import Sequence
from dataclasses import replace

from apps.tiers.nodes import Part, Place

from .boxes import Box, Plan, Way, arrow, boxes_of, line

_WIDTH, _GAP = 340.0, 26.0
_HALF, _RIGHT = 162.0, 326.0


def draw(parts: Sequence[Part]) -> Plan:
    """Return the drawing of ``parts``."""
    y, boxes, ways = 42.0, list[Box](), list[Way]()
    for place in (Place.PROXY, Place.CACHE, Place.WEB):
        row = _grid(_of(parts, place), y + _GAP)
        if row:
            ways += _down(y, row)
            boxes += row
            y = max(box.bottom for box in row)
    top, stores = y, list[Box]()
    for part in (part for part in parts if part.place is Place.STORE):
        stores += [replace(box, x=34, y=y + _GAP) for box in boxes_of(part, width=268)]
        y = stores[-1].bottom - 8
    ways += _beside(stores, top)
    y += 8
    last = _queue_and_workers(parts, y + _GAP)
    right = max((box.bottom for box in boxes if box.right > _RIGHT), default=top)
    ways += _through_queue(last, right)
    boxes += [*stores, *last]
    return Plan(_WIDTH, max(box.bottom for box in boxes) + 6, (_WIDTH / 2, 16), tuple(boxes), tuple(ways))


def _of(parts: Sequence[Part], place: Place) -> list[Part]:
    return [part for part in parts if part.place is place]


def _grid(parts: Sequence[Part], y: float) -> list[Box]:
    """Place one box over the whole width, or two beside each other."""
    boxes = [box for part in parts for box in boxes_of(part, width=_WIDTH - 8 if len(part.nodes) != 2 else _HALF)]
    if len(boxes) > 1:
        boxes = [box for part in parts for box in boxes_of(part, width=_HALF)]
    placed: list[Box] = []
    for n, box in enumerate(boxes):
        at = placed[n - 1].y if n % 2 else max((other.bottom + 10 for other in placed), default=y)
        placed.append(replace(box, x=4 + (n % 2) * (_HALF + 8), y=at))
    return placed


def _down(y: float, row: Sequence[Box]) -> list[Way]:
    """Return the ways down to the first boxes of ``row``."""
    middle = _WIDTH / 2
    if len(row) == 1:
        return [Way(line("M", middle, y, "V", row[0].y - 8), arrow(middle, row[0].y, "down"), "thick")]
    ways = []
    for box in row[:2]:
        x, bend = box.x + box.width / 2, y + 12
        path = line("M", middle, y, "C", middle, bend, x, bend - 4, x, box.y - 8)
        ways.append(Way(path, arrow(x, box.y, "down")))
    return ways


def _beside(stores: Sequence[Box], top: float) -> list[Way]:
    """A line down the left side, with a branch to each store."""
    if not stores:
        return []
    ways = [Way(line("M", 14, top, "V", stores[-1].middle))]
    return ways + [Way(line("M", 14, b.middle, "H", b.x - 8), arrow(b.x, b.middle, "right")) for b in stores]


def _queue_and_workers(parts: Sequence[Part], y: float) -> list[Box]:
    """Place the workers on the left, and the queue level with the first of them."""
    workers: list[Box] = []
    queues = [box for part in _of(parts, Place.QUEUE) for box in boxes_of(part, width=116)]
    first = y
    for box in (box for part in _of(parts, Place.WORKER) for box in boxes_of(part, width=126)):
        workers.append(replace(box, x=34, y=y))
        y += box.height + 10
    middle = workers[0].middle if workers else first
    return [*(replace(box, x=186, y=max(first, middle - box.height / 2)) for box in queues), *workers]


def _through_queue(last: Sequence[Box], top: float) -> list[Way]:
    ways = []
    for queue in (box for box in last if box.place is Place.QUEUE):
        ways.append(
            Way(
                line("M", _RIGHT, top, "V", queue.middle, "H", queue.right + 8),
                arrow(queue.right, queue.middle, "left"),
                "late",
            )
        )
        for worker in (box for box in last if box.place is Place.WORKER):
            x = (queue.x + worker.right) / 2 + 4
            path = line("M", queue.x, queue.middle, "H", x, "V", worker.middle, "H", worker.right + 8)
            ways.append(Way(path, arrow(worker.right, worker.middle, "left"), "late"))
    return ways
