"""Holds a history against what must be true whatever dies: nothing acknowledged lost, nothing doubled, nothing leaked.

Each page is held against what was allowed at some moment while it was read, and against what had to be on it at every such
moment. A feed that is stored follows within a bound, which whoever drives waits for: what has arrived then, stays.
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import NamedTuple

from .history import Did, Event, Item, Outcome, Page
from .registers import Ledger, Pair, Post

LOST, DOUBLED, LEAKED, STRANGE, OUT, ORDER, BROKEN = (
    "lost",
    "doubled",
    "leaked",
    "strange",
    "logged out",
    "order",
    "broken",
)
"""A post that was acknowledged and is missing; one shown twice; one shown to whom it is not for, or not any more; one
that nobody wrote; somebody logged out, or somebody else; an author's posts out of order; a 500."""
_OF_ONES_OWN = (Did.EDIT, Did.NARROW, Did.DELETE)
"""Done to a post that its author saw; whoever is answered to one, also by a later try, is not told that it isn't there."""
_END = "g"  # after every hexadecimal digit


class Violation(NamedTuple):
    kind: str
    what: str


class Checker:
    """``settled`` are moments at which all that had been acknowledged stood in every feed in which it belongs.

    ``late`` is a tier that takes posts while its database elects, and reads others' from a secondary: where it can't be
    written, a post stands for its author at once, and for everybody else once the sweeper has brought it there.
    """

    def __init__(
        self, events: Sequence[Event], *, follows: Iterable[Pair], settled: Sequence[float] = (), late: bool = False
    ) -> None:
        self.events, self.settled, self.late = events, sorted(settled), late
        self.ledger = Ledger(events, follows=follows)
        self.ids: dict[Post, set[str]] = defaultdict(set)
        for item in (item for event in events if event.page for item in event.page.items):
            self.ids[item.post].add(item.id)
        self._in_order = sorted(
            (id, post) for post, ids in self.ids.items() for id in ids if post in self.ledger.posted
        )

    def violations(self, *, since: int = 0) -> list[Violation]:
        """Return what is wrong; pages are looked at from the event number ``since`` on."""
        found = [*self._doubled_ids(), *self._out_of_order(), *self._never_seen()]
        walks: dict[int, Counter[Post]] = defaultdict(Counter)
        for event in self.events[since:]:
            found += self._answers(event)
            if event.page and event.is_as_oneself:
                walks[event.page.walk].update(item.post for item in event.page.items)
                found += self._page(event, event.page)
        for walk, counted in walks.items():
            found += [
                Violation(DOUBLED, f"{post} {times}× in walk {walk}") for post, times in counted.items() if times > 1
            ]
        return found

    def _answers(self, event: Event) -> Iterator[Violation]:
        if HTTPStatus.INTERNAL_SERVER_ERROR in event.statuses:
            yield Violation(BROKEN, f"{event.did} of {event.who} was answered {event.statuses}")
        if HTTPStatus.UNAUTHORIZED in event.statuses:
            yield Violation(OUT, f"{event.who} was asked to log in: {event.did}")
        if event.did in _OF_ONES_OWN and HTTPStatus.NOT_FOUND in event.statuses:
            yield Violation(LOST, f"{(event.who, event.number)} was not there for {event.did}: {event.statuses}")
        if event.page and not event.is_as_oneself:
            yield Violation(OUT, f"{event.who} was shown {event.did} as {event.page.whose or 'nobody'}")

    def _page(self, event: Event, page: Page) -> Iterator[Violation]:
        for item in page.items:
            wrong = self._wrongly_shown(event, item)
            if wrong:
                yield Violation(wrong, f"{item} to {event.who} in {event.did}{event.target} at {event.began:.3f}")
        shown = {item.post for item in page.items}
        for post in self._between(page):
            if post not in shown and self._must_be_shown(event, post):
                yield Violation(LOST, f"{post} to {event.who} in {event.did}{event.target} at {event.began:.3f}")

    def _wrongly_shown(self, event: Event, item: Item) -> str:
        when = (event.began, event.ended)
        if item.post not in self.ledger.posted:
            return BROKEN
        is_current = item.version in self.ledger.version[item.post].possible(*when)
        return "" if is_current and self.ledger.may_read(event.who, event.did, item.post, when) else LEAKED

    def _between(self, page: Page) -> Iterator[Post]:
        """Yield the posts that lie in the stretch of a feed that the page covers, itself included."""
        low = bisect_left(self._in_order, (page.items[-1].id if page.older and page.items else "",))
        high = bisect_right(self._in_order, (page.before or _END,))
        if page.older and not page.items:
            return
        yield from (post for id, post in self._in_order[low:high] if id != page.before)

    def _must_be_shown(self, event: Event, post: Post) -> bool:
        if event.did is Did.PROFILE and post[0] != event.target:
            return False
        settled = self._settled_before(event.began)
        if self.late and post[0] != event.who and self.ledger.posted[post].done_by > settled:
            return False
        # Home comes from what is stored, which follows in a while; the others are asked of the database.
        begin = settled if event.did is Did.HOME else event.began
        return self.ledger.must_show(event.who, event.did, post, (begin, event.ended))

    def _settled_before(self, now: float) -> float:
        at = bisect_right(self.settled, now)
        return self.settled[at - 1] if at else -math.inf

    def _doubled_ids(self) -> Iterator[Violation]:
        for post, ids in self.ids.items():
            if len(ids) > 1:
                yield Violation(DOUBLED, f"{post} became {len(ids)} posts")

    def _out_of_order(self) -> Iterator[Violation]:
        """An author's posts stand in the order in which they were acknowledged."""
        last: dict[str, tuple[str, Event]] = {}
        for post, event in sorted(self.ledger.posted.items()):
            id = min(self.ids.get(post, ()), default="")
            if not id or event.outcome is not Outcome.OK:
                continue
            if post[0] in last and last[post[0]][0] > id and last[post[0]][1].ended < event.began:
                yield Violation(ORDER, f"{post} stands below the one before it")
            last[post[0]] = id, event

    def _never_seen(self) -> Iterator[Violation]:
        """What no page showed has no id, so no page can be found to lack it: its author's last walk through all tells."""
        for author, walk in self._whole_walks().items():
            began, ended = walk[0].began, walk[-1].ended
            for post, event in self.ledger.posted.items():
                is_due = post[0] == author and event.done_by <= began and post not in self.ids
                if is_due and self.ledger.standing[post].surely(True, began, ended):
                    yield Violation(LOST, f"{post}: no page ever showed it")

    def _whole_walks(self) -> dict[str, list[Event]]:
        """Return each person's last walk through their own profile from its newest page to its oldest."""
        walks: dict[int, list[Event]] = defaultdict(list)
        for event in self.events:
            if event.page and event.did is Did.PROFILE and event.who == event.target:
                walks[event.page.walk].append(event)
        is_whole = lambda walk: not (walk[0].page.before or walk[-1].page.older)  # noqa: E731
        return {walk[0].who: walk for walk in walks.values() if is_whole(walk)}


def summary(events: Sequence[Event]) -> Counter[Outcome]:
    """Return how many operations ended how."""
    return Counter(event.outcome for event in events)
