"""A tier under load, harmed while people use it; and what their history says afterwards."""

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from deploy.bin.tier import Tier
from tests.waiting import wait_until

from . import checker, population
from .browser import Browser
from .checker import Checker, Violation
from .driver import Crowd, Person
from .faults import Fault
from .figures import Figures, figures
from .history import Did, Event, Outcome
from .registers import Ledger, Post, Span


@dataclass(frozen=True)
class Row:
    """What came of one fault. Times are in seconds: figures, never asserted."""

    fault: Fault
    answered: Counter[Outcome]
    operations: int
    tried_again: tuple[Event, ...]
    violations: tuple[Violation, ...]
    works_after: float
    there_after: float
    figures: Figures
    restarted: tuple[str, ...] = ()
    """What ended by itself and was started again, as a supervisor does."""

    @property
    def retries(self) -> int:
        return sum(event.retries for event in self.tried_again)

    def count(self, *kinds: str) -> int:
        return sum(violation.kind in kinds for violation in self.violations)


class Rush:
    """Use it in a row of faults: people, posts and what was wrong before stay."""

    def __init__(self, tier: Tier, *, people: int = 14, seed: int = 1) -> None:
        self.tier, names = tier, population.names(people)
        self.follows = population.follows(names, seed=seed)
        self.crowd = Crowd(tier.url, names, seed=seed)
        self.history, self.settled = self.crowd.history, list[float]()
        self._probes = {
            name: Person(name, Browser(tier.url, agent=name), random.Random(name), [], self.history)
            for name in population.PROBES
        }
        self.writer, self.watcher, self.flooder = self.probes("writer watcher flooder")

    def probes(self, names: str) -> list[Person]:
        return [self._probes[name] for name in names.split()]

    @property
    def everybody(self) -> list[Person]:
        return [*self.crowd.people, self.writer, self.watcher]

    def begin(self) -> None:
        self.crowd.log_in()
        for person in self._probes.values():
            person.log_in()
            person.walk(Did.HOME)  # From now on it is stored, and a post has to be pushed into it.

    def under(self, fault: Fault, operations: int) -> Row:
        """Let people do so many operations, amid which the fault happens; then wait until all is well; then check."""
        start, harm = len(self.history), [0.0, 0.0]
        self.restarted: list[str] = []

        def happen() -> None:
            harm[0] = time.monotonic()
            with fault.harm(self):
                threading.Event().wait(fault.held)
            harm[1] = time.monotonic()

        self.crowd.act(operations, at={operations // 2: happen})
        self._until_it_works(fault)
        works = time.monotonic() - harm[1]
        self._until_all_is_there(start, fault)
        self.settled.append(time.monotonic())
        row = self.row(fault, start, works, self.settled[-1] - harm[1], harm=(harm[0], harm[1]))
        return replace(row, restarted=tuple(self.restarted))

    def _supervise(self) -> None:
        """Start again what ended by itself, as a supervisor does."""
        for part in self.tier.parts.values():
            if not part.is_alive():
                self.restarted.append(part.name)
                part.start()

    def row(self, fault: Fault, start: int, works: float = 0, there: float = 0, *, harm: Span = (0, 0)) -> Row:
        """Return what the history since the event number ``start`` says."""
        events = self.history.events()
        late = "cassandra-1" in self.tier.parts
        found = Checker(events, follows=self.follows, settled=self.settled, late=late).violations(since=start)
        done = events[start:]
        again = tuple(event for event in done if event.retries)
        told = figures(done, harm=harm)
        return Row(fault, checker.summary(done), len(done), again, tuple(found), works, there, told)

    def read_all(self, fault: Fault) -> Row:
        """Let everybody read all of their own profile and feed."""
        start = len(self.history)

        def read(person: Person) -> None:
            person.walk(Did.PROFILE, target=person.name, pages=10_000)
            person.walk(Did.HOME, pages=10_000)

        with ThreadPoolExecutor(self.crowd.threads) as pool:
            list(pool.map(read, self.everybody))
        return self.row(fault, start)

    def _until_it_works(self, fault: Fault) -> None:
        """Wait until a post is taken and stands in a follower's feed."""
        self._wait(lambda: self.writer.post("public") in self.writer.posts, fault, "a post that is taken")
        post = (self.writer.name, self.writer.posts[-1].number)

        def has_it() -> bool:
            self._supervise()
            return post in _shown(self.watcher)

        self._wait(has_it, fault, "a post in a follower's feed")

    def _until_all_is_there(self, start: int, fault: Fault) -> None:
        """Wait until each post that was acknowledged stands in every feed in which it belongs."""
        events = self.history.events()
        ledger = Ledger(events, follows=self.follows)
        posted = [(e.who, e.number) for e in events[start:] if e.did is Did.POST and e.outcome is Outcome.OK]
        oldest = min((i.id for e in events[start:] if e.page for i in e.page.items if i.post in posted), default="")

        def read(person: Person) -> None:
            now = time.monotonic()
            wanted = {post for post in posted if ledger.must_show(person.name, Did.HOME, post, (now, now))}
            try:
                self._wait(lambda: not wanted - _shown(person, down_to=oldest), fault, f"all of {person.name}'s feed")
            except AssertionError as error:
                raise AssertionError(f"missing: {sorted(wanted - _shown(person, down_to=oldest))}") from error

        with ThreadPoolExecutor(self.crowd.threads) as pool:
            list(pool.map(read, self.everybody))

    @staticmethod
    def _wait(condition: object, fault: Fault, what: str) -> None:
        wait_until(condition, seconds=fault.bound, what=f"{what} after {fault.done}")  # type: ignore[arg-type]


def _shown(person: Person, *, down_to: str = "") -> set[Post]:
    pages: Sequence = person.walk(Did.HOME, pages=1000 if down_to else 1, down_to=down_to)
    return {item.post for page in pages for item in page.items}
