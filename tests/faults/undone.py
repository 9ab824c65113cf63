"""What is undone in the very second that a store loses, and what those whom it concerns are shown after that.

The store has kept how everything was before: heads and articles of the posts, how the watcher stood to everybody.
"""

from typing import TYPE_CHECKING

from tests.waiting import wait_until

from .driver import Own, Person
from .history import Did, Page
from .population import PROBES_FOLLOW

if TYPE_CHECKING:
    from .rush import Rush

_FROM_STORE = 6
"""So many of each person's pages are looked at that do not come from the database: two of every server."""


class LastSecond:
    def __init__(self, rush: "Rush") -> None:
        """Let the store keep what will be undone: the checker holds every page against it, so nothing is looked at here."""
        self.writer, self.watcher, self.muted, self.blocker, self.left = rush.probes(
            "writer watcher muted blocker left"
        )
        self._redo()
        self.deleted, self.narrowed, self.edited = (_taken(self.writer) for _ in range(3))
        for person in self.people:
            _taken(person)
        self.writer.walk(Did.PROFILE, target=self.writer.name)  # From there an author knows their posts' addresses.
        wanted = {(person.name, person.posts[-1].number) for person in (self.muted, self.blocker, self.left)}
        wanted.add((self.writer.name, self.edited.number))

        def is_kept() -> bool:
            page = self._home(self.watcher)
            return page is not None and not page.degraded and wanted <= {item.post for item in page.items}

        wait_until(is_kept, seconds=40, what="a feed with everything that will be undone")
        self._home(self.blocker)

    @property
    def people(self) -> list[Person]:
        return [self.writer, self.watcher, self.muted, self.blocker, self.left]

    def _redo(self) -> None:
        """Let them stand to each other as at first: another fault of the same run has undone it before."""
        self.watcher.turn(Did.UNMUTE, self.muted.name)
        self.blocker.turn(Did.UNBLOCK, self.watcher.name)
        people = {person.name: person for person in self.people}
        for one, other in sorted(PROBES_FOLLOW):
            people[one].turn(Did.FOLLOW, other)

    def undo(self) -> None:
        self.writer.delete(self.deleted)
        self.writer.narrow(self.narrowed)
        self.writer.edit(self.edited)
        self.watcher.turn(Did.MUTE, self.muted.name)
        self.watcher.turn(Did.UNFOLLOW, self.left.name)
        self.blocker.turn(Did.BLOCK, self.watcher.name)

    def read(self) -> None:
        """Let everybody read at once, and until they have been answered from the store several times."""
        for person in self.people:
            from_store: list[Page] = []

            def is_seen(person: Person = person, from_store: list[Page] = from_store) -> bool:
                page = self._home(person)
                from_store += [page] if page and not page.degraded else []
                person.walk(Did.PROFILE, target=self.writer.name)
                person.walk(Did.PROFILE, target=self.watcher.name)
                return len(from_store) >= _FROM_STORE

            wait_until(is_seen, seconds=20, what=f"pages of {person.name}'s from the store that came back")

    @staticmethod
    def _home(person: Person) -> Page | None:
        return next(iter(person.walk(Did.HOME)), None)


def _taken(author: Person) -> Own:
    while (own := author.post("public")) not in author.posts:
        pass  # It was given up.
    return own
