"""Every feed of everybody, after any history, is what the model says; walked either way, and while more arrives."""

from datetime import datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.ids import NIL
from apps.graph import counters
from apps.graph.selectors import relations
from apps.timelines import checking, selectors
from tests.model import Model, is_right_walk

from .society import CHANGES, DISTURBING, Act, Late, Society, acts, examples, histories, newer, older, pages

pytestmark = pytest.mark.django_db
COUNTED = ("replies", "reposts", "likes")


def differences(society: Society, model: Model, now: datetime) -> list[str]:
    """Return the feeds that are not what the model says."""
    mine = set(society.posts)
    found = []

    def hold(name: str, shown: list, expected: list) -> None:
        if shown != expected:
            places = {id: f"post {at}" for at, id in enumerate(society.posts)}
            found.append(f"{name}: {[places.get(i, i) for i in shown]} not {[places.get(i, i) for i in expected]}")

    for at, viewer in enumerate([*society.people, NIL]):
        if viewer != NIL:
            home = partial(selectors.home, viewer_id=viewer, now=now, limit=2)
            hold(f"home of {at}", older(home), model.home(viewer, now))
            upwards = [id for page in newer(home) for id in reversed(page)]
            hold(f"home of {at} upwards", upwards[::-1], model.home(viewer, now))
        for other, person in enumerate(society.people):
            profile = older(selectors.profile, viewer_id=viewer, person_id=person, now=now, limit=3)
            hold(f"profile of {other} for {at}", profile, model.profile(viewer, person, now))
        public = older(selectors.public, viewer_id=viewer, now=now, limit=20)
        hold(f"public for {at}", [id for id in public if id in mine], model.public(viewer, now))
        tagged = older(selectors.tag, viewer_id=viewer, tag="t1", now=now, limit=20)
        hold(f"tag for {at}", [id for id in tagged if id in mine], model.tag(viewer, "t1", now))
        for id in model.thread(viewer, society.posts[0] if society.posts else NIL, now)[:1]:
            thread = selectors.thread(viewer_id=viewer, post_id=id, now=now)
            hold(f"thread for {at}", [s.entry.id for s in thread.entries], model.thread(viewer, society.posts[0], now))
    return found


@given(history=histories())
@examples(15)
def test_every_feed_is_what_the_model_says(history):
    society = Society().live(history)
    assert differences(society, society.model(), society.now) == []


@given(history=histories())
@examples(20)
def test_relations_and_counts_are_what_the_model_says(history):
    society = Society().live(history)
    model, people = society.model(), society.people
    for one in people:
        standing = relations(viewer_id=one, people=people)
        for other in set(people) - {one}:
            relation = standing.to(other)
            assert relation.following == model.follows(one, other)
            assert relation.followed_by == model.follows(other, one)
            assert relation.requested == model.asks(one, other)
            assert relation.blocking == model.blocks(one, other)
            assert relation.is_muted(society.now) == model.mutes(one, other, society.now)
    while counters.recount_pending():
        pass
    people_kinds, post_kinds = ("followers", "following", "posts"), COUNTED
    for objects, kinds in ((people, people_kinds), (society.posts, post_kinds)):
        found = counters.values(ids=objects, kinds=kinds)
        assert found == {(id, kind): model.count(kind, id) for id in objects for kind in kinds}


@given(history=histories(most=25), meanwhile=st.lists(st.lists(acts(*CHANGES), max_size=3), max_size=8))
@examples(15)
def test_a_walk_is_right_while_more_arrives(history, meanwhile):
    for walk in (pages, newer):
        society = Society().live(history)
        viewer = society.people[0]
        shown = [set(society.model().home(viewer, society.now))]
        more, walked = iter(meanwhile), []
        for page in walk(partial(read_home, society), viewer_id=viewer, limit=2):
            walked += page if walk is pages else page[::-1]
            for act in next(more, []):
                society.do(act)
                shown.append(set(society.model().home(viewer, society.now)))
        assert walked == sorted(walked, reverse=walk is pages)
        assert is_right_walk(walked, always=set.intersection(*shown), ever=set.union(*shown))


def read_home(society: Society, **asked):
    return selectors.home(now=society.now, **asked)


@pytest.mark.collscan("to empty the timelines is to read them whole")
@given(history=histories(*DISTURBING, *DISTURBING))
@examples(40)
def test_home_is_right_whatever_happens_to_stored_timelines(late: Late, history):
    """Pushes come late, timelines are emptied, dropped, half built, trimmed and switched at any step."""
    late.waiting.clear()
    society = Society(late).live(history)
    while late.waiting:
        society.do(Act("deliver", 0, 0, len(late.waiting)))
    society.tick(11)  # A build that died may be taken over now.
    model, now = society.model(), society.now
    for viewer in society.people:
        assert older(selectors.home, viewer_id=viewer, now=now, limit=2) == model.home(viewer, now)
        assert checking.check(owner=viewer, now=now) is None
