"""A server that hangs must not hang the site: after some failures in a row it is left alone for a while.

Of the libraries for it, pybreaker holds a lock while it calls, so that the threads of a process would wait for each
other's time-outs; this one only counts.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from . import metrics

MOST = 3
"""So many failures in a row open it."""
SECONDS = 1.0
"""So often one caller finds out whether the server is back; the others are refused at once meanwhile."""


class Open(Exception):  # noqa: N818 - the server's state, not a mistake
    """The server did not answer the last few times, so it is not asked just now."""


class Breaker:
    """One per server and process. ``away`` are the errors which say that the server does not answer; metrics show it by
    its ``name``.
    """

    def __init__(self, *away: type[BaseException], name: str = "") -> None:
        self.away, self.name = away, name
        self._failures, self._asked_at, self._lock = 0, 0.0, threading.Lock()

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Do what is within, unless the server is known to be away. Raises ``Open``, and whatever is raised within."""
        self.admit()
        try:
            yield
        except self.away:
            self.failed()
            raise
        self.succeeded()

    def admit(self) -> None:
        """Raise ``Open`` while the server is known to be away; else say afterwards whether it answered."""
        with self._lock:
            now = time.monotonic()
            if self._failures >= MOST and now - self._asked_at < SECONDS:
                raise Open("it did not answer the last few times, so it is not asked just now")
            self._asked_at = now

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            opens = self._failures == MOST
        if opens:
            metrics.show(metrics.BREAKER_OPEN, 1, self.name)

    def succeeded(self) -> None:
        if self._failures >= MOST:
            metrics.show(metrics.BREAKER_OPEN, 0, self.name)
        self._failures = 0

    def close(self) -> None:
        """Ask the server again."""
        self._failures = 0
