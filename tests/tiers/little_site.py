"""A little site that is used at random, everything that can be seen of it, and ways to lose it."""

import hashlib
import random
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

from django.apps import apps
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, models
from django.test import Client

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.core.errors import Refused
from apps.graph import counters
from apps.graph import services as graph
from apps.graph.models import Count
from apps.journal.handler import journal
from apps.journal.projection import projected_tables
from apps.posts import services as posts
from apps.posts.models import Post, Tagging
from apps.posts.values import Audience
from apps.tiers.backup.tables import KEPT, LEFT_OUT
from apps.timelines import epochs
from apps.timelines.handler import timelines
from tests import cassandra

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
"""So long ago that pages say its days by their dates."""
PASSWORD = "a long way home 9"
_TAGS = 3


class Site:
    def __init__(self) -> None:
        self.now, self.chance = START, random.Random(11)
        self.people = [self.sign_up(f"person{n}") for n in range(6)]

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def sign_up(self, name: str) -> User:
        password = PASSWORD if name == "person0" else None  # to hash one takes its time
        user = User.objects.create_user(username=name, password=password, email=f"{name}@prowl.example")
        accounts.register_person(user=user, now=self.tick())
        return user

    def live(self, acts: int) -> None:
        self.write()
        for _ in range(acts):
            try:
                self.chance.choice([self.write, self.write, self.write, self.connect, self.react])()
            except Refused:
                continue

    def anybody(self) -> User:
        return self.chance.choice(self.people)

    def write(self) -> None:
        text = f"@person{self.chance.randrange(6)} says {self.chance.random()} #t{self.chance.randrange(_TAGS)}"
        audience = Audience(self.chance.randrange(4))
        posts.publish(author_id=self.anybody().pk, text=text, audience=audience, now=self.tick())

    def connect(self) -> None:
        doing = self.chance.choice([graph.follow, graph.follow, graph.follow, graph.mute, graph.block, graph.unfollow])
        doing(actor_id=self.anybody().pk, person_id=self.anybody().pk, now=self.tick())

    def react(self) -> None:
        post_id = self.chance.choice(list(Post.objects.order_by("pk").values_list("pk", flat=True)))
        doing = self.chance.choice([posts.like, posts.repost, posts.delete])
        doing(actor_id=self.anybody().pk, post_id=post_id, now=self.tick())

    def seen(self) -> dict[str, object]:
        """Return what there is, as digests, and everybody's home as they are shown it."""
        while counters.recount_pending():
            pass
        activities = (repr((a.id, a.actor_id, str(a.verb), a.object_id, dict(a.payload))) for _, a in journal().scan())
        return {
            **{table.model._meta.label: digest(_rows(table.model)) for table in projected_tables()},
            "journal": digest(activities),
            "tombstones": sorted(map(str, journal().tombstones())),
            "accounts": list(User.objects.order_by("pk").values_list("pk", "username_key", "email", "erased")),
            "tags": sorted(map(str, Tagging.objects.values_list("tag", "post"))),
            "counts": sorted(map(str, Count.objects.filter(value__gt=0).values_list("object", "kind", "value"))),
            "homes": [page for user in self.people for page in walk(logged_in(user), "/")],
        }

    def pages(self) -> dict[str, list[tuple[str, str]]]:
        """Return every other page: as nobody is shown it, and as the first one is."""
        paths = ["/explore/", *(f"/tags/t{number}/" for number in range(_TAGS))]
        paths += [f"/@{user.username}/{list}" for user in self.people for list in ("", "followers/", "following/")]
        names = {user.pk: user.username for user in self.people}
        written = Post.objects.filter(author__in=list(names)).order_by("pk").values_list("author", "pk")
        paths += [f"/@{names[author]}/{id.hex}/" for author, id in written]
        return {
            who: [page for path in paths for page in walk(client, path)]
            for who, client in (("nobody", Client()), ("the first", logged_in(self.people[0])))
        }


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def walk(client: Client, path: str) -> Iterator[tuple[str, str]]:
    """Yield every page of a feed, without what is another in each answer: tokens of forms."""
    while path:
        answer = client.get(path)
        html = answer.content.decode()
        yield f"{path} {answer.status_code}", re.sub(r'(name="(?:key|csrfmiddlewaretoken)" value=)"\w+"', r"\1…", html)
        older = re.search(r'rel="next" href="([^"]+)"', html)
        path = older[1] if older else ""


def _rows(model: type[models.Model]) -> Iterator[str]:
    names = sorted(field.attname for field in model._meta.concrete_fields)
    return map(str, model._default_manager.values_list(*names))


def digest(lines: Iterable[str]) -> tuple[int, str]:
    found = sorted(lines)
    return len(found), hashlib.sha256("\n".join(found).encode()).hexdigest()


def run(command: str, *args: object, **options: object) -> str:
    out = StringIO()
    call_command(command, *map(str, args), stdout=out, **options)
    return out.getvalue()


def lose_everything() -> None:
    """Lose every table that a site fills, all that is stored outside the database, and the journal wherever it is."""
    lose_what_is_projected()
    _empty([*KEPT, *LEFT_OUT])
    cassandra.lose_journal()


def lose_accounts() -> None:
    _empty(KEPT)


def lose_what_is_projected() -> None:
    """Drop every projected table, and lose whatever else can be made from the journal, in whichever store it is."""
    tables = [table.model for table in projected_tables()]
    with connection.schema_editor() as editor:
        for model in tables:
            editor.delete_model(model)
            editor.create_model(model)  # as ``migrate`` makes it in an empty database
    _empty(label for label in LEFT_OUT if label.startswith(("graph.", "posts.", "timelines.")))
    timelines().empty()
    epochs.forget()
    for cache in caches.all():
        cache.clear()


def _empty(labels: Iterable[str]) -> None:
    for label in labels:
        if not LEFT_OUT.get(label, "").startswith(("migrations", "no table")):
            apps.get_model(label)._default_manager.all().delete()
