"""Whom a post lets in, as values."""

from dataclasses import replace

import pytest

from apps.core.ids import NIL
from apps.graph.values import Relation, Relations
from apps.posts.values import Audience, Head
from apps.posts.visibility import lets_in

from .factory import at

pytestmark = pytest.mark.once

AUTHOR, VIEWER, OTHER = at(), at(), at()
HEAD = Head(
    id=at(), author=AUTHOR, audience=Audience.PUBLIC, standing=True, deleted=False, direct=False, named=(), mentions=(),
    parent=NIL, thread=NIL, person=NIL, reposted=NIL, reposted_author=NIL, pushed=True, version=at(),
)  # fmt: skip


def sees(viewer=VIEWER, relation=None, **of_head) -> bool:
    relations = Relations(viewer, {AUTHOR: relation} if relation else {})
    return lets_in(head=replace(HEAD, **of_head), relations=relations)


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize(
    ("who", "opens"),
    [
        ("author", {0, 1, 2, 3}),
        ("follower", {0, 1, 2}),
        ("stranger", {0, 1}),
        ("nobody", {0, 1}),
        ("blocked", set()),
        ("blocking follower", set()),
        ("mentioned", {0, 1, 3}),
        ("blocked mentioned", set()),
    ],
)
def test_an_audience_lets_in_whom_it_names(who, opens, audience):
    viewer = {"author": AUTHOR, "nobody": NIL}.get(who, VIEWER)
    relation = Relation(following="follower" in who, blocking="blocking" in who, blocked_by="blocked" in who)
    people = (VIEWER,) if "mentioned" in who else ()
    assert sees(viewer, relation, audience=audience, named=people, mentions=people) is (audience in opens)


@pytest.mark.parametrize("viewer", [AUTHOR, VIEWER, NIL])
def test_what_does_not_stand_is_seen_by_nobody(viewer):
    assert not sees(viewer, standing=False)


@pytest.mark.parametrize(
    ("named", "mentions", "opens"),
    [((VIEWER,), (VIEWER,), True), ((VIEWER,), (), False), ((), (VIEWER,), False), ((OTHER,), (OTHER,), False)],
)
def test_a_post_for_mentioned_people_lets_in_those_named_from_the_beginning_and_still(named, mentions, opens):
    assert sees(audience=Audience.MENTIONED, named=named, mentions=mentions) is opens


def test_nobody_in_particular_is_never_mentioned():
    assert not sees(NIL, audience=Audience.MENTIONED, named=(NIL,), mentions=(NIL,))
