"""What is decided when a post is accepted."""

import json

import pytest

from apps.core import ids
from apps.journal.activities import emptied
from apps.posts import activities
from apps.posts.values import Audience

from .factory import at, note, repost

pytestmark = pytest.mark.once


def test_a_post_carries_the_time_of_its_create_and_other_random_bits():
    accepted = at(5)
    made = [activities.publication_id(accepted=accepted) for _ in range(2)]
    assert len({accepted, *made}) == 3
    assert {ids.tick_of(id) for id in (accepted, *made)} == {ids.tick_of(accepted)}


def test_an_answer_is_published_one_tick_after_a_parent_that_is_later():
    accepted, parent = at(5), at(9)
    assert ids.tick_of(activities.publication_id(accepted=accepted, parent=parent)) == ids.tick_of(parent) + 1
    assert ids.tick_of(activities.publication_id(accepted=parent, parent=accepted)) == ids.tick_of(parent)


@pytest.mark.parametrize("activity", [note(0, mentions=(at(),), tags=("a",)), repost(note(0), 1)])
def test_payloads_are_json(activity):
    assert json.loads(json.dumps(activity.payload)) == activity.payload


def test_a_post_that_is_emptied_keeps_how_it_is_numbered_and_nothing_typed():
    activity = note(
        0, text="secret", mentions=(at(),), tags=("secret",), audience=Audience.MENTIONED, source="https://a"
    )
    assert set(emptied(activity.payload)) == {
        "v", "type", "direct", "named", "parent", "thread", "person", "pushed", "emptied",
    }  # fmt: skip
