"""Building activities of many people at many moments, and taking them into the journal in bulk."""

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from apps.accounts.models import User
from apps.accounts.names import name_key
from apps.accounts.projectors import PERSON
from apps.core import ids
from apps.core.folds import batched
from apps.graph import counters
from apps.journal import services as journal
from apps.journal.activities import PAYLOAD_VERSION, Activity, Verb

Progress = Callable[[str, int], None]


class Book:
    """A journal in the making: ids of one actor only rise, whatever the order of moments in which acts are added."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.activities: list[Activity] = []

    def id_at(self, moment: datetime) -> UUID:
        """Return an id that is the same at every run of the same demo."""
        return ids.at_tick(ids.tick_at(moment), random=self.chance.getrandbits(62))

    def add(self, moment: datetime, actor: UUID, verb: Verb, thing: UUID, **payload: object) -> Activity:
        activity = Activity(self.id_at(moment), actor, verb, thing, {"v": PAYLOAD_VERSION, **payload})
        self.activities.append(activity)
        return activity

    def join(self, moment: datetime, username: str, *, name: str = "", bio: str = "", locked: bool = False) -> User:
        """Make an account without a password, and its public profile."""
        user = User(id=self.id_at(moment), username=username, username_key=name_key(username), date_joined=moment)
        user.set_unusable_password()
        public = {"username": username, "display_name": name, "bio": bio, "links": [], "locked": locked}
        self.add(moment, user.pk, Verb.CREATE, user.pk, type=PERSON, **public)
        return user


def load(book: Book, users: Iterable[User], *, now: datetime, progress: Progress) -> None:
    """Store the accounts, then take the activities, oldest first, and count once at the end."""
    for part in batched(list(users), 500):
        User.objects.bulk_create(part)
    book.activities.sort(key=lambda activity: activity.id)
    for through in journal.accept_many(book.activities, now=now):
        progress("activities", through)
    while done := counters.recount_pending():
        progress("counts", done)


def spread(chance: random.Random, count: int, *, start: datetime, end: datetime) -> list[datetime]:
    """Return ``count`` moments between two, in order, by day rather than by night."""
    span = (end - start).total_seconds()
    moments: list[datetime] = []
    while len(moments) < count:
        moment = start + timedelta(seconds=chance.random() * span)
        if 6 <= moment.hour < 23 or chance.random() < 0.1:
            moments.append(moment)
    return sorted(moments)
