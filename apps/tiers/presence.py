"""Which processes run this site: each leaves word of itself every few seconds, where all can read it.

Settings say which stores there are, but not how many servers and workers; those come and go. Each takes a slot of its
own in a cache, so nothing needs a list. Who stops on purpose takes the word away; who dies is shown as dead for a while.
"""

import atexit
import logging
import os
import resource
import socket
import sys
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from django.core.cache import caches
from django.db import connections
from django.utils import timezone

from apps.core import notes

from . import measuring

log = logging.getLogger(__name__)

WEB, WORKER = "web", "worker"
EVERY_SECONDS = 5.0
SILENT_AFTER = timedelta(seconds=16)
"""Three words were missed."""
_FORGOTTEN_SECONDS = 600
_SLOTS = 256


@dataclass(frozen=True)
class Word:
    """What a process says of itself. ``parent`` tells servers of one machine apart; times are in seconds."""

    id: str
    kind: str
    host: str
    parent: int
    pid: int
    software: str
    heard: datetime
    memory: int | None
    requests: measuring.Requests

    def is_alive(self, now: datetime) -> bool:
        return now - self.heard < SILENT_AFTER


def present() -> list[Word]:
    """Return the last word of every process, dead ones for ten minutes. Raises what the cache raises while it is away."""
    return notes.read_all(map(_key, range(_SLOTS)), Word)


class Presence(threading.Thread):
    """Says every few seconds that this process is alive. Started where a process serves or works, and stopped by ``stop``."""

    def __init__(self, kind: str, *, parent: int | None = None, every: float = EVERY_SECONDS) -> None:
        super().__init__(name="presence", daemon=True)
        self.kind, self.every, self.stopped = kind, every, threading.Event()
        self.id, self.parent = token_hex(8), parent or os.getppid()
        self.slot: int | None = None

    def run(self) -> None:
        atexit.register(self.leave)
        while True:
            try:
                self.say()
            except Exception as error:
                log.debug("presence_not_told", extra={"error": str(error)})
            if self.stopped.wait(self.every):
                return

    def say(self) -> None:
        """Leave word in this process's slot; take a free one where it has none, or lost it."""
        word = Word(
            self.id,
            self.kind,
            socket.gethostname(),
            self.parent,
            os.getpid(),
            _software(),
            timezone.now(),
            _memory(),
            measuring.recent(),
        )
        if self.slot is not None and (held := notes.read(_key(self.slot), Word)) and held.id == self.id:
            notes.leave(_key(self.slot), word, seconds=_FORGOTTEN_SECONDS)
            return
        free = (slot for slot in range(_SLOTS) if notes.leave_first(_key(slot), word, seconds=_FORGOTTEN_SECONDS))
        self.slot = next(free, None)
        if self.slot is None:
            log.warning("presence_full", extra={"slots": _SLOTS})

    def leave(self) -> None:
        """Take the word away: this process stops on purpose."""
        try:
            if self.slot is not None:
                caches["locks"].delete(_key(self.slot))
        except Exception as error:
            log.debug("presence_not_told", extra={"error": str(error)})

    def stop(self) -> None:
        self.stopped.set()
        self.join()
        self.leave()
        connections.close_all()


def _key(slot: int) -> str:
    return f"presence:{slot}"


def _software() -> str:
    """Return what runs this process, where it says so."""
    return os.environ.get("SERVER_SOFTWARE", "Apache" if "mod_wsgi" in sys.modules else "Prowl").partition("/")[0]


def _memory() -> int:
    """Return how many bytes this process has taken at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
