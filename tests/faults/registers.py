"""What may have been true when: a register is written by operations that take time, and some of which may never be done.

Of two writes the one that began after the other was acknowledged wins; overlapping ones may end either way.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from .history import Did, Event, Outcome


class Write(NamedTuple):
    """``ended`` is when it was surely done: never, if it is unknown whether it was."""

    began: float
    ended: float
    value: object


@dataclass
class Register:
    writes: list[Write] = field(default_factory=list)

    def possible(self, begin: float, end: float) -> set[object]:
        """Return every value that it may have had at some moment between two."""
        over = max((w.began for w in self.writes if w.ended <= begin), default=-math.inf)
        return {w.value for w in self.writes if w.began <= end and w.ended >= over}

    def surely(self, value: object, begin: float, end: float) -> bool:
        """Say whether it had that value all the time between two moments."""
        return self.possible(begin, end) == {value}


Pair = tuple[str, str]
Post = tuple[str, int]
Span = tuple[float, float]
_OPEN = {"public", "unlisted"}
_SHARED = {*_OPEN, "followers"}


class Ledger:
    """Everything that an operation may have changed, as registers."""

    def __init__(self, events: Iterable[Event], *, follows: Iterable[Pair]) -> None:
        self.follows: dict[Pair, Register] = defaultdict(lambda: _since_ever(False))
        self.blocks: dict[Pair, Register] = defaultdict(lambda: _since_ever(False))
        self.mutes: dict[Pair, Register] = defaultdict(lambda: _since_ever(False))
        self.standing: dict[Post, Register] = {}
        self.audience: dict[Post, Register] = {}
        self.version: dict[Post, Register] = {}
        self.posted: dict[Post, Event] = {}
        for pair in follows:
            self.follows[pair] = _since_ever(True)
        for event in events:
            if event.outcome is not Outcome.FAILED:
                self._take(event)

    def _take(self, event: Event) -> None:
        mine = (event.who, event.target)
        match event.did:
            case Did.POST:
                self._post(event)
            case Did.EDIT | Did.NARROW:
                self._write(self.version[event.who, event.number], event, event.version)
                self._write(self.audience[event.who, event.number], event, event.audience)
            case Did.DELETE:
                self._write(self.standing[event.who, event.number], event, False)
            case Did.FOLLOW | Did.UNFOLLOW:
                self._write(self.follows[mine], event, event.did is Did.FOLLOW)
            case Did.MUTE | Did.UNMUTE:
                self._write(self.mutes[mine], event, event.did is Did.MUTE)
            case Did.BLOCK | Did.UNBLOCK:  # Either ends whatever follows there were, in both directions.
                self._write(self.blocks[mine], event, event.did is Did.BLOCK)
                for pair in (mine, mine[::-1]):
                    self._write(self.follows[pair], event, False)

    def _post(self, event: Event) -> None:
        post = (event.who, event.number)
        self.posted[post] = event
        self.standing[post] = _since_ever(False)
        self._write(self.standing[post], event, True)
        for register, value in ((self.audience, event.audience), (self.version, event.version)):
            register[post] = Register([Write(event.began, event.done_by, value)])

    def may_read(self, viewer: str, did: Did, post: Post, when: Span) -> bool:
        """Say whether ``post`` may be shown at some moment of ``when`` on such a page; "" is a stranger."""
        author = post[0]
        if True not in self.standing[post].possible(*when):
            return False
        if author == viewer:
            return True
        follows = True in self.follows[viewer, author].possible(*when)
        audiences = self.audience[post].possible(*when)
        for_all = "public" in audiences or ("unlisted" in audiences and did is not Did.PUBLIC)
        in_audience = for_all or (follows and "followers" in audiences and did is not Did.PUBLIC)
        unblocked = all(False in self.blocks[pair].possible(*when) for pair in ((viewer, author), (author, viewer)))
        heard = did is Did.PROFILE or False in self.mutes[viewer, author].possible(*when)
        return in_audience and unblocked and heard and (follows or did is not Did.HOME)

    def must_show(self, viewer: str, did: Did, post: Post, when: Span) -> bool:
        """Say whether ``post`` belongs on such a page, and may be seen there, at every moment of ``when``."""
        author, audiences = post[0], self.audience[post].possible(*when)
        follows = author == viewer or self.follows[viewer, author].surely(True, *when)
        match did:
            case Did.PUBLIC:
                wanted = audiences == {"public"}
            case Did.PROFILE:
                wanted = author == viewer or audiences <= _OPEN or (follows and audiences <= _SHARED)
            case _:
                wanted = author == viewer or (follows and audiences <= _SHARED)
        return (
            wanted
            and self.standing[post].surely(True, *when)
            and (did is Did.PROFILE or self.mutes[viewer, author].surely(False, *when))
            and all(self.blocks[pair].surely(False, *when) for pair in ((viewer, author), (author, viewer)))
        )

    @staticmethod
    def _write(register: Register, event: Event, value: object) -> None:
        register.writes.append(Write(event.began, event.done_by, value))


def _since_ever(value: object) -> Register:
    return Register([Write(-math.inf, -math.inf, value)])
