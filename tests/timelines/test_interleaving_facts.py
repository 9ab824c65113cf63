"""Filling in, changing and emptying in every order of their steps: what is kept is never older than what was said done."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from uuid import UUID

import pytest

from apps.accounts.models import Profile
from apps.accounts.selectors import Card
from apps.core import folds, ids
from apps.graph import selectors as graph
from apps.graph.values import Relation
from apps.journal import projection
from apps.journal.activities import Activity, Verb
from apps.posts import selectors as posts
from apps.posts.models import Post
from apps.posts.values import Entry
from apps.timelines import encoding, facts, forgetting
from apps.timelines.backends.base import Along, Part
from apps.timelines.backends.redis import Timelines
from apps.timelines.encoding import POST, RELATION, key
from apps.timelines.handler import timelines
from tests.waiting import PATIENCE

from .scheduler import Actor, hooked, orders, pause, step
from .world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def _on_redis(redis_server, settings) -> Iterator[None]:
    settings.TIMELINES = {
        "BACKEND": "apps.timelines.backends.redis.Timelines",
        "OPTIONS": {"URL": redis_server.url, "PREFIX": "facts", "TIMEOUT": PATIENCE},
    }
    timelines().empty()
    yield
    timelines().empty()


@pytest.fixture(autouse=True)
def _steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call that reads or writes what the actors share is a step of its own."""

    hook = partial(hooked, monkeypatch)
    hook(Timelines, "facts", reads="kept")
    hook(Timelines, "lease", writes="kept")
    hook(Timelines, "fill", writes="kept")
    hook(Timelines, "fill_slot", writes="kept")
    hook(Timelines, "forget", writes="kept")
    hook(Timelines, "forget_slots", writes="kept")
    hook(Timelines, "read", writes="kept")
    hook(posts, "posts", reads="posts")
    hook(graph, "relations", reads="graph")


class Scene:
    """A viewer, and a friend's post. Each run has people of its own."""

    def __init__(self) -> None:
        self.now = NOW
        self.viewer, self.friend, self.post = (self.id() for _ in range(3))
        for person in (self.viewer, self.friend):
            Profile.objects.create(id=person, username=f"p{person.hex}", created=person)
        row = Post(id=self.post, author=self.friend, created=self.post, version=self.post, standing=True, text="first")
        row.save(force_insert=True)
        self.entry = Entry(self.post, self.friend, ids.NIL, self.post, self.friend, direct=False, named=())
        token = self.id()
        assert timelines().begin(self.viewer, epoch=1, token=token, now=self.now)
        assert timelines().complete(self.viewer, token=token, entries=[self.entry], coverage=ids.NIL)

    def id(self) -> UUID:
        self.now = self.now.replace(microsecond=self.now.microsecond + 1000)
        return ids.mint(now=self.now)

    def _part(self) -> Part:
        part = timelines().read(self.viewer, epoch=1, limit=1, now=self.now, along=Along(posts=1))
        assert part is not None
        return part

    def read(self) -> Actor:
        """Read the post as a page does, and fill in what is missing."""
        return lambda: self._facts().heads([self.entry])

    def _facts(self) -> facts.KeptFacts:
        known = facts.KeptFacts(self.viewer)
        known.people.update({id: Card(id, "p", "", False, False, id) for id in (self.viewer, self.friend)})
        known.counts[self.post] = known.counts.get(self.post) or facts.Counts()
        return known

    def stand(self) -> Actor:
        """Ask how the viewer stands to the friend, as a page does, and fill it in."""

        def stand() -> None:
            known = facts.KeptFacts(self.viewer)
            known.note(self._part())
            known.relations([self.friend])

        return stand

    def acts(self, touches: str, verb: Verb, thing: UUID, **payload: object) -> Actor:
        """Change the row, then forget, as a stage does before the answer."""
        activity = Activity(self.id(), self.friend if touches == "posts" else self.viewer, verb, thing, payload)

        def act() -> None:
            pause(step(writes=touches))
            for fold in projection.row_folds(activity):
                folds.apply(fold)
            forgetting.forget([activity])

        return act

    def edit(self) -> Actor:
        return self.acts("posts", Verb.UPDATE, self.post, type="Note", text="second", audience=0, v=1)

    def delete(self) -> Actor:
        return self.acts("posts", Verb.DELETE, self.post, type="Note", v=1)

    def mute(self) -> Actor:
        return self.acts("graph", Verb.MUTE, self.friend, v=1)

    def empty(self) -> Actor:
        """Lose everything at once, as a FLUSHALL does; the timeline itself is of no interest here."""

        def empty() -> None:
            pause(step(writes="kept"))
            store = timelines()
            run = store.nodes.node_of(0).run
            store.nodes.first.unlink(store._fact(key(POST, self.post), run), store._slot(self.viewer, run))

        return empty

    def is_right(self) -> bool:
        """Say whether what is kept is what the database says, if anything is."""
        (raw,) = timelines().facts([key(POST, self.post)])
        stored = posts.posts(ids=[self.post])[self.post]
        if raw is not None:
            head, article = encoding.unpack_head(self.post, raw)
            if head.version != stored.version or (stored.standing and stored.text not in article.decode()):
                return False
        kept = self._part().facts.get(key(RELATION, self.friend))
        return kept is None or encoding.unpack_relation(kept) == Relation(
            muted_until=graph.relation(viewer_id=self.viewer, person_id=self.friend).muted_until
        )


Scenes = Callable[[Scene], Sequence[Actor]]


def wrong(scenes: Scenes) -> tuple[int, list[list[int]]]:
    """Run in every order; return how many orders there are, and those after which something is wrong."""
    current: list[Scene] = []

    def make() -> Sequence[Actor]:
        scene = Scene()
        current[:] = [scene]
        return scenes(scene)

    found, count = [], 0
    for order in orders(make):
        count += 1
        if not current[0].is_right():
            found.append(order)
    return count, found


@pytest.mark.parametrize(
    "scenes",
    [
        lambda scene: [scene.read(), scene.edit(), scene.empty()],
        lambda scene: [scene.read(), scene.edit(), scene.delete()],
        lambda scene: [scene.stand(), scene.mute(), scene.empty()],
        lambda scene: [scene.stand(), scene.stand(), scene.mute()],
    ],
    ids=["edited and emptied", "edited and deleted", "muted and emptied", "asked twice"],
)
def test_no_order_of_steps_brings_back_the_past(scenes):
    count, found = wrong(scenes)
    print(f"{count} orders")
    assert count > 10
    assert found == []


def test_without_the_lease_a_slow_answer_would(monkeypatch):
    """The tests above can fail: here the store takes every answer that is not older than what it holds."""

    def fill(self, values, *, seconds) -> None:
        pause(step(writes="kept"))
        for name, (_, value) in values.items():
            self.nodes.first.set(self._fact(name, self.nodes.node_of(0).run), value)

    monkeypatch.setattr(Timelines, "fill", fill)
    _, found = wrong(lambda scene: [scene.read(), scene.edit()])
    assert found
