"""Build, push, drop, take-over, trim and switch in every order of their steps: no hole stays, nothing comes back."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from django.test.utils import override_settings

from apps.core import folds, ids
from apps.core.ids import NIL
from apps.graph import selectors as graph
from apps.journal import projection
from apps.journal.activities import Activity, Verb
from apps.posts import selectors as posts
from apps.posts.models import Post
from apps.timelines import checking, epochs, fanout
from apps.timelines.backends.orm import Timelines
from apps.timelines.handler import timelines
from apps.timelines.home import Home

from .scheduler import Actor, hooked, orders, pause, step
from .world import NOW

CAP = 4
LATER = timedelta(seconds=11)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


GRAPH, POSTS, DROP = step(writes="graph"), step(writes="posts"), step(writes="header")


class Scene:
    """A viewer, a friend whom they follow or not, and some of the friend's posts. Each run has people of its own."""

    def __init__(self, *, follows: bool = True, written: int = 2) -> None:
        self.now = NOW
        self.viewer, self.friend = self.id(), self.id()
        if follows:
            self.acts(Verb.FOLLOW, {"approved": True})
        for _ in range(written):
            self.write(self.id())

    def id(self, *, earlier: timedelta = timedelta(0)) -> UUID:
        self.now += timedelta(seconds=1)
        return ids.mint(now=self.now - earlier)

    def acts(self, verb: Verb, payload: dict) -> None:
        activity = Activity(self.id(), self.viewer, verb, self.friend, payload)
        for fold in projection.row_folds(activity):
            folds.apply(fold)

    def write(self, id: UUID) -> None:
        Post.objects.bulk_create([Post(id=id, author=self.friend, created=id, version=id, standing=True)])

    def stored(self) -> "Scene":
        """Begin with a timeline that is complete."""
        assert Home(self.viewer, now=self.now).build(epoch=epochs.certain())
        return self

    def read(self) -> Actor:
        """Read home, and build if there is nothing stored."""
        return lambda: Home(self.viewer, now=self.now).fetch(ids.MAX, NIL, 3)

    def build(self, *, later: timedelta = timedelta(0)) -> Actor:
        """Build, as a read does that found nothing. Eleven seconds later, a build under way is taken over."""
        epoch = epochs.certain()
        return lambda: Home(self.viewer, now=self.now + later).build(epoch=epoch)

    def publish(self, *, earlier: timedelta = timedelta(0)) -> Actor:
        return partial(self._publish, [self.id(earlier=earlier)])

    def publish_two(self) -> Actor:
        """Publish two posts that are pushed together."""
        return partial(self._publish, [self.id(), self.id()])

    def _publish(self, written: Sequence[UUID]) -> None:
        pause(POSTS)
        for id in written:
            self.write(id)
        first, *others = posts.entries_by_id(ids=written).values()
        if others:
            assert fanout.push_together([first, *others], epoch=epochs.certain()) == set(written)
        else:
            fanout.push(first, epoch=epochs.certain())

    def follow(self) -> Actor:
        return self._change(Verb.FOLLOW, {"approved": True})

    def unfollow(self) -> Actor:
        return self._change(Verb.UNDO, {"of": "Follow"})

    def _change(self, verb: Verb, payload: dict) -> Actor:
        def change() -> None:
            pause(GRAPH)
            self.acts(verb, payload)
            timelines().drop([self.viewer], now=self.now)

        return change

    def trim(self) -> Actor:
        return lambda: timelines().trim(now=self.now)

    def switch(self) -> Actor:
        return epochs.switch

    def is_right(self) -> bool:
        """Say whether what is stored is what the oracle says. If nothing is, the next read builds it, as the first."""
        return checking.check(owner=self.viewer, now=self.now) is None


Publish = Callable[[Scene], Actor]


@pytest.fixture(autouse=True)
def _small() -> Iterator[None]:
    """The ``orm`` backend with room for four."""
    with override_settings(TIMELINES={"BACKEND": "apps.timelines.backends.orm.Timelines", "OPTIONS": {"CAP": CAP}}):
        yield


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call that reads or writes what the actors share is a step of its own."""

    hook = partial(hooked, monkeypatch)
    hook(Timelines, "read", reads="header rows")
    hook(Timelines, "begin", writes="header")
    hook(Timelines, "complete", writes="header rows")
    hook(Timelines, "markers", reads="header")
    hook(Timelines, "add", writes="rows")
    hook(Timelines, "drop", writes="header")
    hook(Timelines, "trim", reads="rows", writes="header")
    hook(graph, "following_ids", reads="graph")
    hook(graph, "follower_ids", reads="graph")
    hook(graph, "followers_of", reads="graph")
    hook(graph, "followers_among", reads="graph")
    hook(graph, "followers_between", reads="graph")
    hook(posts, "entries", reads="posts")
    hook(epochs, "certain", reads="epoch")
    hook(epochs, "switch", writes="epoch")


def wrong(scenes: Callable[[], tuple[Scene, Sequence[Actor]]]) -> tuple[int, list[list[int]]]:
    """Run in every order; return how many orders there are, and those after which something is wrong."""
    current: list[Scene] = []

    def make() -> Sequence[Actor]:
        epochs.forget()
        scene, actors = scenes()
        current[:] = [scene]
        return actors

    found, count = [], 0
    for order in orders(make):
        count += 1
        if not current[0].is_right():
            found.append(order)
    return count, found


def build_push_unfollow(publish: Publish = Scene.publish) -> tuple[Scene, Sequence[Actor]]:
    scene = Scene()
    return scene, [scene.build(), publish(scene), scene.unfollow()]


def build_push_follow(publish: Publish = Scene.publish) -> tuple[Scene, Sequence[Actor]]:
    scene = Scene(follows=False)
    return scene, [scene.build(), publish(scene), scene.follow()]


def push_unfollow_rebuild(publish: Publish = Scene.publish) -> tuple[Scene, Sequence[Actor]]:
    scene = Scene().stored()
    return scene, [publish(scene), scene.unfollow(), scene.read()]


def build_take_over_push() -> tuple[Scene, Sequence[Actor]]:
    scene = Scene()
    return scene, [scene.build(), scene.build(later=LATER), scene.publish()]


def build_take_over_follow() -> tuple[Scene, Sequence[Actor]]:
    scene = Scene(follows=False)
    return scene, [scene.build(), scene.build(later=LATER), scene.follow()]


def build_push_new_push_old() -> tuple[Scene, Sequence[Actor]]:
    """Four entries fit: one of the pushes may be above the coverage, or below."""
    scene = Scene(written=4)
    return scene, [scene.build(), scene.publish(), scene.publish(earlier=timedelta(seconds=4))]


def trim_push_new_push_old() -> tuple[Scene, Sequence[Actor]]:
    scene = Scene(written=3).stored()
    return scene, [scene.trim(), scene.publish(), scene.publish(earlier=timedelta(seconds=4))]


def switch_read_push() -> tuple[Scene, Sequence[Actor]]:
    scene = Scene().stored()
    return scene, [scene.switch(), scene.read(), scene.publish()]


SCENES = [
    build_push_unfollow,
    build_push_follow,
    push_unfollow_rebuild,
    *(
        pytest.param(partial(scenes, Scene.publish_two), id=f"{scenes.__name__}_of_two")
        for scenes in (build_push_unfollow, build_push_follow, push_unfollow_rebuild)
    ),
    build_take_over_push,
    build_take_over_follow,
    build_push_new_push_old,
    trim_push_new_push_old,
    switch_read_push,
]


@pytest.mark.parametrize("scenes", SCENES)
def test_no_order_of_steps_leaves_a_hole_or_brings_anything_back(steps, scenes):
    count, found = wrong(scenes)
    print(f"{count} orders")
    assert count > 10
    assert found == []
