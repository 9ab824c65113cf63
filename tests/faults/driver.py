"""People who use the site, each after a plan of their own that a seed decides, and write down how they were answered."""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count

from tests.waiting import PATIENCE, wait_until

from .browser import Answer, Browser
from .history import Did, Event, History, Item, Outcome, Page

PASSWORD = "a long way home 9"
MIX = {
    Did.POST: 28,
    Did.EDIT: 5,
    Did.NARROW: 4,
    Did.DELETE: 4,
    Did.FOLLOW: 6,
    Did.UNFOLLOW: 3,
    Did.BLOCK: 1,
    Did.UNBLOCK: 1,
    Did.MUTE: 1,
    Did.UNMUTE: 2,
    Did.HOME: 27,
    Did.PROFILE: 12,
    Did.PUBLIC: 6,
}
"""Of a hundred operations, about. A walk through a feed is as many as it has pages."""
AUDIENCES = ("public", "unlisted", "followers", "mentioned")
_GIVES_UP = 0.1
"""How often an unknown post is not sent again: it may appear, once."""
_DOUBLE = 0.1
"""How often a post that was taken is sent again, as by a second click."""
_RETRY_SECONDS = 60.0
_MOST_TIMES = 8
_walks = count(1)

_ITEM = re.compile(r'id="p-([0-9a-f]{32})".*?\b([a-z]+)-(\d+)-v(\d+)\b', re.DOTALL)
_OLDER = re.compile(r'rel="next" href="[^"]*\?before=([0-9a-f]{32})"')


def read_page(answer: Answer, *, before: str = "", walk: int = 0) -> Page:
    """Return what a page shows."""
    found = [_ITEM.search(part) for part in answer.body.split('<article class="post')[1:]]
    items = tuple(Item(one[1], one[2], int(one[3]), int(one[4])) for one in found if one)
    older = _OLDER.search(answer.body)
    return Page(items, answer.whose, before, older[1] if older else "", walk, "x-degraded" in answer.headers)


@dataclass
class Own:
    """A post as its author remembers it."""

    number: int
    audience: str
    version: int = 1
    id: str = ""


@dataclass
class Person:
    """Somebody with a browser. What they do is decided by the seed and by what they have been shown."""

    name: str
    browser: Browser
    chance: random.Random
    others: Sequence[str]
    history: History
    posts: list[Own] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)
    is_out: bool = False

    def log_in(self) -> None:
        wait_until(
            lambda: self.browser.log_in(self.name, PASSWORD).status == HTTPStatus.FOUND, seconds=30, what="log-in"
        )

    def _be_logged_in(self) -> None:
        """Log in again, who was logged out."""
        if self.is_out:
            self.log_in()

    def act(self) -> None:
        """Do the next thing."""
        did = self.chance.choices(list(MIX), list(MIX.values()))[0]
        other = self.chance.choice(self.others)
        match did:
            case Did.POST:
                self.post(self.chance.choice(("public", "public", "public", "followers")))
            case Did.EDIT | Did.NARROW | Did.DELETE:
                self._change(did)
            case Did.HOME:
                self.walk(Did.HOME, pages=self.chance.choice((1, 1, 1, 3)))
            case Did.PROFILE:
                self.walk(Did.PROFILE, target=self.chance.choice((other, self.name)))
            case Did.PUBLIC:
                self.walk(Did.PUBLIC)
            case _:
                self.turn(did, other)

    def turn(self, did: Did, other: str) -> None:
        """Follow, block or mute somebody, or undo it."""
        self._tried(did, f"/@{other}/", target=other, do=did.value)

    def post(self, audience: str, *, more: str = "") -> Own:
        """Write a post; now and then send it twice. It is remembered if it was taken. ``more`` stands behind its text."""
        own = Own(next(self.numbers), audience)
        outcome = self._tried(
            Did.POST,
            "/write/",
            gives_up=self.chance.random() < _GIVES_UP,
            twice=self.chance.random() < _DOUBLE,
            own=own,
            text=f"{self._text(own)} {more}",
            audience=audience,
        )
        if outcome is Outcome.OK:
            self.posts.append(own)
        return own

    def walk(self, did: Did, *, target: str = "", pages: int = 1, down_to: str = "") -> list[Page]:
        """Read a feed, from its newest page on, until it ends, ``pages`` are read, or it is older than ``down_to``."""
        self._be_logged_in()
        path = {Did.HOME: "/", Did.PUBLIC: "/explore/"}.get(did, f"/@{target}/")
        walk, before, seen = next(_walks), "", []
        for _ in range(pages):
            page = self._read(did, f"{path}?before={before}" if before else path, target, before, walk)
            if page is None:
                break
            seen.append(page)
            before = page.older
            if not before or before < down_to:
                break
        return seen

    def _read(self, did: Did, path: str, target: str, before: str, walk: int) -> Page | None:
        began = time.monotonic()
        answer = self.browser.get(path)
        is_ok = answer.status == HTTPStatus.OK
        page = read_page(answer, before=before, walk=walk) if is_ok else None
        outcome = Outcome.OK if page else Outcome.UNKNOWN if answer.is_unknown else Outcome.FAILED
        self._note(did, began, outcome, target=target, page=page, statuses=(answer.status,))
        if page and page.whose != self.name:
            self.is_out = True
        elif page:
            known = {item.number: item.id for item in page.items if item.author == self.name}
            for own in self.posts:
                own.id = own.id or known.get(own.number, "")
        return page

    def _change(self, did: Did) -> None:
        """Edit, narrow or delete a post of one's own whose address is known; or look at one's posts, to know them."""
        known = [own for own in self.posts[-30:] if own.id]
        if did is Did.NARROW:
            known = [own for own in known if own.audience != AUDIENCES[-1]]
        if not known:
            self.walk(Did.PROFILE, target=self.name)
            return
        self._do(did, self.chance.choice(known))

    def narrow(self, own: Own) -> None:
        """Leave a post to its author and whom it mentions, which is nobody."""
        self._do(Did.NARROW, own, audience=AUDIENCES[-1])

    def delete(self, own: Own) -> None:
        self._do(Did.DELETE, own)

    def edit(self, own: Own) -> None:
        self._do(Did.EDIT, own)

    def _do(self, did: Did, own: Own, *, audience: str = "") -> None:
        path = f"/@{self.name}/{own.id}/{'delete' if did is Did.DELETE else 'edit'}/"
        if did is Did.EDIT:
            own.version += 1
        if did is Did.NARROW:
            own.audience = audience or self.chance.choice(AUDIENCES[AUDIENCES.index(own.audience) + 1 :])
        fields = {} if did is Did.DELETE else {"text": self._text(own), "audience": own.audience}
        outcome = self._tried(did, path, own=own, **fields)
        if did is Did.DELETE or outcome is not Outcome.OK:  # What is uncertain is left alone.
            self.posts.remove(own)

    def _text(self, own: Own) -> str:
        return f"{self.name}-{own.number}-v{own.version} " + "high water at the second arch " * (own.number % 5)

    def _tried(
        self,
        did: Did,
        path: str,
        *,
        own: Own | None = None,
        target: str = "",
        gives_up: bool = False,
        twice: bool = False,
        **fields: str,
    ) -> Outcome:
        """Send a form, again with the same key until it is answered; note it."""
        self._be_logged_in()
        key, began, statuses = f"{self.chance.getrandbits(64):x}", time.monotonic(), []
        deadline = began + _RETRY_SECONDS * PATIENCE
        while True:
            answer = self.browser.send(path, key=key, **fields)
            statuses.append(_status(answer))
            self.is_out |= statuses[-1] == HTTPStatus.UNAUTHORIZED
            if not answer.is_unknown or gives_up or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        if twice and answer.status == HTTPStatus.SEE_OTHER:
            statuses.append(self.browser.send(path, key=key, **fields).status)
        outcome = _outcome(answer, statuses)
        said = {"number": own.number, "version": own.version, "audience": own.audience} if own else {}
        self._note(did, began, outcome, target=target, statuses=tuple(statuses), **said)
        return outcome

    def _note(self, did: Did, began: float, outcome: Outcome, **more: object) -> None:
        self.history.add(Event(self.name, did, began, time.monotonic(), outcome, **more))  # type: ignore[arg-type]


def _status(answer: Answer) -> int:
    """Return the status; 401 where somebody is asked to log in who was logged in."""
    is_out = "/accounts/login/" in answer.headers.get("location", "")
    return HTTPStatus.UNAUTHORIZED if is_out else answer.status


def _outcome(answer: Answer, statuses: Sequence[int]) -> Outcome:
    if answer.is_unknown:
        return Outcome.UNKNOWN
    if _status(answer) == HTTPStatus.SEE_OTHER:
        return Outcome.OK
    return Outcome.UNKNOWN if len(statuses) > 1 else Outcome.FAILED  # An earlier try may have done it.


class Crowd:
    """Everybody who uses the site. ``threads`` of them do something at a time."""

    def __init__(self, url: str, names: Sequence[str], *, seed: int, threads: int = 8) -> None:
        self.history, self.threads = History(), threads
        self.people = [
            Person(name, Browser(url), random.Random(f"{seed}/{name}"), [n for n in names if n != name], self.history)
            for name in names
        ]

    def log_in(self) -> None:
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(Person.log_in, self.people))

    def act(self, operations: int, *, at: Mapping[int, Callable[[], object]]) -> None:
        """Do about so many operations; when so many are through, call what stands in ``at``, while they go on.

        While that takes minutes, they rest after some times as many: what it does is shown, and a longer history only
        takes longer to check.
        """
        start, stop = len(self.history), threading.Event()

        def live(people: Sequence[Person]) -> None:
            while not stop.is_set() and len(self.history) - start < _MOST_TIMES * operations:
                for person in people:
                    person.act()

        groups = [self.people[n :: self.threads] for n in range(self.threads)]
        with ThreadPoolExecutor(self.threads) as pool:
            running = [pool.submit(live, group) for group in groups if group]
            try:
                for through, do in [*sorted(at.items()), (operations, stop.set)]:
                    _wait_for(lambda n=through: len(self.history) - start >= n, running)
                    do()
            finally:
                stop.set()
            for one in running:
                one.result()


def _wait_for(condition: Callable[[], bool], running: Sequence[object]) -> None:
    while not condition():
        for one in running:
            if one.done():  # type: ignore[attr-defined]
                one.result()  # type: ignore[attr-defined]
        time.sleep(0.02)
