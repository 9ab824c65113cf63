"""A back-up, restored into an empty set, is the same site: journal, projections, accounts and everybody's home."""

import gzip
import hashlib
import json
import random
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.cache import caches
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.core.errors import Refused
from apps.graph import counters
from apps.graph import services as graph
from apps.graph.models import Count
from apps.journal import sweeper
from apps.journal.handler import journal
from apps.journal.projection import projected_tables
from apps.posts import services as posts
from apps.posts.models import Post, Tagging
from apps.posts.values import Audience
from apps.tiers.backup.tables import KEPT, LEFT_OUT
from apps.timelines import epochs
from apps.timelines import selectors as timelines
from apps.timelines.handler import timelines as stored

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.collscan("the test reads every row"),
]
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
PASSWORD = "a long way home 9"


class Site:
    """A little site that is used at random, and looked at."""

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
        text = f"@person{self.chance.randrange(6)} says {self.chance.random()} #t{self.chance.randrange(3)}"
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
        """Return what there is, as digests, and what everybody reads."""
        while counters.recount_pending():
            pass
        rows = {
            table.model._meta.label: digest(
                sorted(
                    str(row)
                    for row in table.model._default_manager.values_list(
                        *sorted(
                            f.attname for f in table.model._meta.concrete_fields if f.attname not in table.leave_out
                        )
                    )
                )
            )
            for table in projected_tables()
        }
        activities = sorted(
            repr((a.id, a.actor_id, str(a.verb), a.object_id, dict(a.payload))) for _, a in journal().scan()
        )
        return rows | {
            "journal": digest(activities),
            "tombstones": sorted(map(str, journal().tombstones())),
            "accounts": list(User.objects.order_by("pk").values_list("pk", "username_key", "email", "erased")),
            "tags": sorted(map(str, Tagging.objects.values_list("tag", "post"))),
            "counts": sorted(map(str, Count.objects.filter(value__gt=0).values_list("object", "kind", "value"))),
            "homes": {user.pk: self.home(user) for user in self.people},
        }

    def home(self, user: User) -> list[object]:
        return [shown.entry.id for shown in timelines.home(viewer_id=user.pk, limit=100, now=self.now).entries]


def digest(lines: list[str]) -> tuple[int, str]:
    return len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()


def run(command: str, *args: object, **options: object) -> str:
    out = StringIO()
    call_command(command, *map(str, args), stdout=out, **options)
    return out.getvalue()


def lose_everything() -> None:
    """Empty every table that a site fills, and what is stored outside the database."""
    for label in [*KEPT, *LEFT_OUT, *(table.model._meta.label for table in projected_tables())]:
        if not LEFT_OUT.get(label, "").startswith(("migrations", "no table")):
            apps.get_model(label)._default_manager.all().delete()
    stored().empty()
    epochs.forget()
    for cache in caches.all():
        cache.clear()


def test_every_table_is_projected_or_in_a_backup_or_left_out_for_a_reason():
    projected = {table.model._meta.label for table in projected_tables()}
    known = {*KEPT, *LEFT_OUT} | projected
    assert {model._meta.label for model in apps.get_models()} - known == set()
    assert len(known) == len(KEPT) + len(LEFT_OUT) + len(projected)


def test_a_backup_restored_into_an_empty_set_is_the_same_site(tmp_path, settings, client):
    site = Site()
    site.live(50)
    accounts.erase(person_id=site.people.pop().pk, now=site.tick())
    before = site.seen()
    assert len(before["accounts"]) == 6
    run("backup", tmp_path / "site.gz")
    assert (tmp_path / "site.gz").stat().st_mode & 0o077 == 0
    lose_everything()
    assert next(journal().scan(), None) is None
    settings.READ_ONLY = True
    run("restore", tmp_path / "site.gz")
    assert site.seen() == before
    assert "0 differences" in run("replay", verify=True)
    run("check_timelines")
    settings.READ_ONLY = False
    assert client.login(username="person0", password=PASSWORD)
    sweeper.sweep(now=site.tick() + timedelta(days=1))
    assert site.seen() == before


def test_an_erased_person_is_not_brought_back_by_a_backup_from_before(tmp_path):
    site = Site()
    site.live(25)
    run("backup", tmp_path / "before.gz")
    gone = site.people.pop()
    accounts.erase(person_id=gone.pk, now=site.tick())
    after = site.seen()
    run("backup", tmp_path / "erased.gz", tombstones_only=True)
    lose_everything()
    run("restore", tmp_path / "before.gz", tmp_path / "erased.gz")
    restored = site.seen()
    assert {key: restored[key] for key in ("journal", "tombstones", "homes", "tags", "counts")} == {
        key: after[key] for key in ("journal", "tombstones", "homes", "tags", "counts")
    }
    account = User.objects.get(pk=gone.pk)
    assert (account.email, account.erased, account.is_active) == ("", True, False)
    assert not account.has_usable_password()


def test_a_restore_that_stopped_goes_on_and_what_stands_here_is_not_overwritten_by_mistake(tmp_path):
    site = Site()
    site.live(20)
    before = site.seen()
    run("backup", tmp_path / "site.gz")
    with pytest.raises(CommandError, match="empty database"):
        run("restore", tmp_path / "site.gz")
    run("restore", tmp_path / "site.gz", again=True)
    assert site.seen() == before


def test_a_backup_that_is_not_whole_is_refused_and_nothing_is_restored(tmp_path):
    Site().live(5)
    run("backup", tmp_path / "site.gz")
    whole = gzip.decompress((tmp_path / "site.gz").read_bytes()).splitlines(keepends=True)
    lose_everything()
    for name, content in {
        "early": gzip.compress(b"".join(whole[:-3])),
        "changed": gzip.compress(b"".join(whole).replace(b"says", b"said")),
        "cut": (tmp_path / "site.gz").read_bytes()[:-200],
        "other": gzip.compress(json.dumps({"some": "thing"}).encode()),
        "plain": b"not gzipped",
        "newer": gzip.compress(b'["prowl",99]\n'),
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CommandError, match=name):
            run("restore", tmp_path / name)
        assert next(journal().scan(), None) is None
        assert not User.objects.exists()
    with pytest.raises(CommandError, match="nowhere"):
        run("restore", tmp_path / "nowhere")
