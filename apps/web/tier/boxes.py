"""The drawing of a tier: boxes and ways between them, once for wide pages and once for narrow ones.

It is made from parts and their nodes alone. A store that runs on several nodes is one box with a small mark per node;
servers in front of people have a box each while they are few.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from apps.tiers.nodes import Node, Part, Place, State

from . import words

_FEW = 4
"""So many servers of a part have a box each."""
_SIGN = 6.3
"""About how wide a sign of the small type is."""
_CELL, _ROW = 29, 40
"""How far apart the marks of nodes are, and their rows: below each stands how it is."""


@dataclass(frozen=True)
class Cell:
    """The mark of one node in a box of several."""

    x: float
    y: float
    node: Node

    @property
    def kind(self) -> str:
        """Return the class of its outline."""
        return "leads" if self.node.role == "primary" and self.node.state is State.WELL else ""

    @property
    def says(self) -> str:
        return words.in_short(self.node)

    @property
    def left(self) -> float:
        return self.x - 10

    @property
    def top(self) -> float:
        return self.y - 10

    @property
    def below(self) -> float:
        return self.y + 22


@dataclass(frozen=True)
class Box:
    """A part, or one node of it, with where it stands. ``y`` is set when its column is laid out."""

    title: str
    lines: tuple[str, ...]
    state: State
    place: Place
    hot: bool
    cells: tuple[Node, ...] = ()
    x: float = 0
    y: float = 0
    width: float = 128

    @property
    def height(self) -> float:
        rows = -(-len(self.cells) // self.cells_in_row)
        return 36 + 17.5 * len(self.lines) + _ROW * rows

    @property
    def cells_in_row(self) -> int:
        return int((self.width - 24) // _CELL)

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def text(self) -> float:
        return self.x + 14

    @property
    def title_y(self) -> float:
        return self.y + 24

    @property
    def mark_x(self) -> float:
        return self.right - 15

    @property
    def mark_y(self) -> float:
        return self.y + 19

    @property
    def kind(self) -> str:
        """Return the class of its outline."""
        return "dead" if self.state is State.DEAD else "hot" if self.hot else ""

    def placed_lines(self) -> list[tuple[float, str]]:
        return [(self.y + 42 + 17.5 * n, line) for n, line in enumerate(self.lines)]

    def placed_cells(self) -> list[Cell]:
        left, top, many = self.x + 25, self.y + 45 + 17.5 * len(self.lines), self.cells_in_row
        return [Cell(left + _CELL * (n % many), top + _ROW * (n // many), node) for n, node in enumerate(self.cells)]


@dataclass(frozen=True)
class Way:
    """A line with a tip: ``late`` where work waits, ``thick`` where all of it comes along."""

    path: str
    tip: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Plan:
    """A drawing: its frame, and where "Readers" stands."""

    width: float
    height: float
    readers: tuple[float, float]
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]

    @property
    def readers_below(self) -> float:
        return self.readers[1] + 18


def boxes_of(part: Part, *, width: float) -> list[Box]:
    """Return the boxes of a part, not placed yet."""
    each = part.place in (Place.PROXY, Place.CACHE, Place.WEB, Place.WORKER) and len(part.nodes) <= _FEW
    if len(part.nodes) == 1 or each:
        many = len(part.nodes) > 1
        return [
            _box(part, (node,), f"{part.title} {n}" if many else part.title, width)
            for n, node in enumerate(part.nodes, 1)
        ]
    return [replace(_box(part, part.nodes, part.title, width), cells=part.nodes)]


def _box(part: Part, nodes: Sequence[Node], title: str, width: float) -> Box:
    signs = int((width - 26) / _SIGN)
    state = replace(part, nodes=tuple(nodes)).state
    lines = [line for text in words.box_lines(part, nodes) for line in _wrapped(text, signs)]
    return Box(title, tuple(lines), state, part.place, part.gives_first, width=width)


def _wrapped(text: str, signs: int) -> Iterator[str]:
    """Yield ``text`` in lines of at most so many signs, broken between facts where it has several."""
    between = " · " if " · " in text else " "
    so_far = ""
    for piece in text.split(between):
        longer = f"{so_far}{between}{piece}" if so_far else piece
        if len(longer) > signs and so_far:
            yield so_far
            longer = piece
        so_far = longer if len(longer) <= signs else longer[: signs - 1] + "…"
    if so_far:
        yield so_far


def column(boxes: Sequence[Box], *, x: float, middle: float, gap: float = 20) -> list[Box]:
    """Stack ``boxes`` around ``middle``."""
    y = middle - (sum(box.height for box in boxes) + gap * (len(boxes) - 1)) / 2
    placed = []
    for box in boxes:
        placed.append(replace(box, x=x, y=y))
        y += box.height + gap
    return placed


def line(*steps: str | float) -> str:
    """Return a path from letters and numbers, as ``line("M", 0, 8, "H", 90)``."""
    return "".join(step if isinstance(step, str) else f"{step:.1f}".removesuffix(".0") + " " for step in steps).rstrip()


def arrow(x: float, y: float, direction: str) -> str:
    """Return the tip of a way that ends at (x, y)."""
    return line("M", x, y, {"right": "l-8-4.5v9z", "left": "l8-4.5v9z", "down": "l-4.5-8h9z"}[direction])


def curve(x: float, y: float, to_x: float, to_y: float, *, thick: bool = False) -> Way:
    """Return a way to the right that bends where it must; its tip takes the last of it."""
    half, end = (to_x - x) / 2, to_x - 8
    bent = line("M", x, y, "C", x + half, y, to_x - half, to_y, end, to_y)
    path = line("M", x, y, "H", end) if abs(y - to_y) < 1 else bent
    return Way(path, arrow(to_x, to_y, "right"), "thick" if thick else "")
