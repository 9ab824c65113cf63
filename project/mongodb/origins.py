"""Whose statement it is: the line of the project that a query comes from, sent along as its comment.

The profiler then names the line that lacks an index, and a test's own look into a table is told from the program's.
"""

import sys
from pathlib import Path
from types import FrameType

_ROOT = str(Path(__file__).resolve().parents[2])
_ENGINE = str(Path(__file__).resolve().parent)
_ENTRANCES = {"django/core/handlers/base.py": "a request", "django/core/management/__init__.py": "a command"}
OF_TESTS = "tests/"


def origin() -> str:
    """Return the innermost line of the project, outside this engine, that led here: ``apps/graph/services.py:42``."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(_ROOT) and not path.startswith(_ENGINE) and "site-packages" not in path:
            return f"{path[len(_ROOT) + 1 :]}:{frame.f_lineno}"
        for entrance, name in _ENTRANCES.items():  # From here on up it is the test that asks, but not for itself.
            if path.endswith(entrance):
                return name
        frame = frame.f_back
    return "a thread"
