"""The checker finds what is planted, and nothing where nothing is."""

from dataclasses import replace
from itertools import count

import pytest

from .checker import BROKEN, DOUBLED, LEAKED, LOST, ORDER, OUT, Checker
from .history import Did, Event, Item, Outcome, Page
from .registers import Register, Write

pytestmark = pytest.mark.once

FOLLOWS = {("ben", "ada")}


class Story:
    """Events one after the other, each a second long."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.walks = count(1)
        self.settled: list[float] = []
        self.late = False

    def did(self, who: str, did: Did, outcome: Outcome = Outcome.OK, **more: object) -> Event:
        began = 2.0 * len(self.events)
        event = Event(who, did, began, began + 1, outcome, **more)  # type: ignore[arg-type]
        self.events.append(event)
        return event

    def post(self, number: int, audience: str = "public", outcome: Outcome = Outcome.OK) -> Event:
        return self.did("ada", Did.POST, outcome, number=number, version=1, audience=audience)

    def saw(self, who: str, *numbers: int, did: Did = Did.HOME, version: int = 1, **more: object) -> Event:
        items = tuple(Item(f"{number:032x}", "ada", number, version) for number in numbers)
        page = Page(items, **{"whose": who, "walk": next(self.walks), **more})  # type: ignore[arg-type]
        return self.did(who, did, page=page, target="ada" if did is Did.PROFILE else "")

    def settles(self) -> None:
        self.settled.append(2.0 * len(self.events) - 0.5)

    def found(self) -> list[str]:
        return [
            v.kind for v in Checker(self.events, follows=FOLLOWS, settled=self.settled, late=self.late).violations()
        ]


@pytest.fixture
def story() -> Story:
    story = Story()
    for number in range(3):
        story.post(number)
    story.settles()
    return story


def test_a_right_history_is_right(story):
    story.saw("ben", 2, 1, 0)
    story.saw("eve", 2, 1, 0, did=Did.PUBLIC)
    story.saw("eve")
    story.did("ada", Did.DELETE, number=1)
    story.saw("ben", 2, 0)
    story.saw("ada", 2, 0, did=Did.PROFILE)
    assert story.found() == []


def test_a_post_that_is_missing_between_two_others_is_lost(story):
    story.saw("ada", 2, 1, 0)
    story.saw("ben", 2, 0)
    assert story.found() == [LOST]


def test_the_newest_and_the_oldest_can_be_lost_too(story):
    story.saw("ada", 2, 1, 0)
    story.saw("ben", 1)
    assert story.found() == [LOST, LOST]


def test_a_page_is_only_asked_about_what_it_covers(story):
    story.saw("ada", 2, 1, 0)
    story.saw("ben", 2, older=f"{2:032x}")
    story.saw("ben", 1, 0, before=f"{2:032x}")
    assert story.found() == []


def test_a_post_that_no_page_ever_showed_is_lost(story):
    story.saw("ada", 1, 0, did=Did.PROFILE)
    assert story.found() == [LOST]


def test_what_was_acknowledged_lately_may_be_on_its_way_to_a_stored_feed_and_nowhere_else(story):
    story.post(3)
    story.saw("ben", 3, 2, 1, 0, did=Did.PROFILE)
    story.saw("ben", 2, 1, 0)
    assert story.found() == []
    story.saw("ben", 2, 1, 0, did=Did.PROFILE)
    assert story.found() == [LOST]


def test_where_posts_are_taken_without_the_database_others_see_one_once_all_is_settled_and_its_author_at_once(story):
    story.late = True
    story.post(3)
    for did in (Did.PUBLIC, Did.PROFILE):
        story.saw("ada", 3, 2, 1, 0, did=did)
        story.saw("ben", 2, 1, 0, did=did)
    assert story.found() == []
    story.saw("ben", 2, 0, did=Did.PUBLIC)
    story.saw("ada", 2, 1, 0, did=Did.PROFILE)
    assert story.found() == [LOST, LOST]
    story.settles()
    story.saw("ben", 2, 1, 0, did=Did.PUBLIC)
    assert story.found() == [LOST, LOST, LOST]


def test_what_has_arrived_stays(story):
    story.post(3)
    story.saw("ben", 3, 2, 1, 0)
    story.settles()
    story.saw("ben", 2, 1, 0)
    assert story.found() == [LOST]


def test_a_post_twice_on_a_page_or_in_a_walk_is_doubled(story):
    story.saw("ben", 2, 1, 1, 0)
    story.saw("ben", 2, walk=99, older=f"{2:032x}")
    story.saw("ben", 2, 1, 0, walk=99, before=f"{3:032x}")
    assert story.found() == [DOUBLED, DOUBLED]


def test_a_form_sent_again_that_made_a_second_post_is_doubled(story):
    page = story.saw("ben", 2, 1, 0)
    again = replace(page.page.items[0], id="f" * 32)
    story.did("eve", Did.PUBLIC, page=Page((again, *page.page.items), "eve", walk=7))
    assert DOUBLED in story.found()


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.FAILED])
def test_only_what_is_unknown_may_appear_or_not(story, outcome):
    story.post(3, outcome=outcome)
    story.saw("ada", 2, 1, 0)
    assert story.found() == []
    story.saw("ben", 3, 2, 1, 0)
    assert story.found() == ([] if outcome is Outcome.UNKNOWN else [BROKEN])


@pytest.mark.parametrize(
    ("did", "more"),
    [
        (Did.DELETE, {"number": 1}),
        (Did.NARROW, {"number": 1, "version": 1, "audience": "mentioned"}),
        (Did.EDIT, {"number": 1, "version": 2, "audience": "public"}),
    ],
)
def test_what_was_deleted_made_private_or_rewritten_is_leaked_from_the_next_read_on(story, did, more):
    story.saw("ben", 2, 1, 0)
    story.did("ada", did, **more)
    story.saw("ben", 2, 1, 0)
    assert story.found() == [LEAKED]


@pytest.mark.parametrize(("who", "did", "target"), [("ben", Did.UNFOLLOW, "ada"), ("ada", Did.BLOCK, "ben")])
def test_whoever_lets_go_or_is_blocked_sees_nothing_from_the_next_read_on(story, who, did, target):
    story.did(who, did, target=target)
    story.saw("ben", 2, 1, 0)
    assert story.found() == [LEAKED] * 3


def test_who_was_blocked_sees_nothing_on_the_profile_either(story):
    story.did("ada", Did.BLOCK, target="ben")
    story.saw("ben", 2, did=Did.PROFILE)
    assert story.found() == [LEAKED]


def test_for_followers_means_for_those_who_follow(story):
    story.post(3, audience="followers")
    story.saw("ben", 3, 2, 1, 0)
    assert story.found() == []
    story.saw("eve", 3, 2, 1, 0, did=Did.PROFILE)
    assert story.found() == [LEAKED]


def test_while_an_operation_is_under_way_both_answers_are_right(story):
    story.saw("ada", 2, 1, 0)
    delete = story.did("ada", Did.DELETE, number=1)
    for shown in ((2, 1, 0), (2, 0)):
        page = story.saw("ben", *shown)
        story.events[-1] = replace(page, began=delete.began, ended=delete.ended)
    assert story.found() == []


def test_somebody_logged_out_or_somebody_else_is_found(story):
    story.saw("ben", 2, 1, 0, whose="")
    story.saw("ben", 2, 1, 0, whose="eve")
    story.did("ben", Did.FOLLOW, Outcome.FAILED, target="eve", statuses=(401,))
    assert story.found() == [OUT] * 3


def test_an_authors_posts_out_of_order_are_found():
    story = Story()
    story.post(1)
    story.post(0)
    story.saw("ben", 1, 0)
    story.events[:2] = [replace(story.events[0], number=0), replace(story.events[1], number=1)]
    items = (Item(f"{5:032x}", "ada", 0, 1), Item(f"{4:032x}", "ada", 1, 1))
    story.events[2] = replace(story.events[2], page=Page(items, "ben"))
    assert story.found() == [ORDER]


@pytest.mark.parametrize("did", [Did.EDIT, Did.NARROW, Did.DELETE])
def test_an_author_who_tries_again_is_not_told_that_their_post_is_not_there(story, did):
    story.did("ada", did, number=1, version=1, audience="public", statuses=(0, 303))
    story.saw("ben", 2, *((0,) if did is Did.DELETE else (1, 0)))
    assert story.found() == []
    story.did("ada", did, Outcome.UNKNOWN, number=2, version=1, audience="public", statuses=(503, 404))
    assert story.found() == [LOST]


def test_whom_one_mutes_is_read_on_their_own_page_only_until_the_mute_is_over(story):
    story.did("ben", Did.MUTE, target="ada")
    story.saw("ben", 2, 1, 0, did=Did.PROFILE)
    story.saw("ben")
    story.saw("ben", did=Did.PUBLIC)
    assert story.found() == []
    story.saw("ben", 2)
    story.saw("ben", 1, did=Did.PUBLIC)
    assert story.found() == [LEAKED, LEAKED]
    story.did("ben", Did.UNMUTE, target="ada")
    story.settles()
    story.saw("ben", 2, 1)
    assert story.found() == [LEAKED, LEAKED, LOST]


def test_a_fault_of_ours_is_found(story):
    story.saw("ben", 2, 1, 0)
    story.did("ben", Did.HOME, Outcome.UNKNOWN, statuses=(500,))
    assert story.found() == [BROKEN]


def test_of_two_writes_that_overlap_either_may_stand_and_a_later_one_wins():
    register = Register([Write(0, 1, "a"), Write(2, 4, "b"), Write(3, 5, "c")])
    assert register.possible(1.5, 1.5) == {"a"}
    assert register.possible(2.5, 2.5) == {"a", "b"}
    assert register.possible(6, 7) == {"b", "c"}
    register.writes.append(Write(8, 9, "d"))
    assert register.surely("d", 10, 11)
    register.writes.append(Write(12, float("inf"), "e"))
    assert register.possible(20, 20) == {"d", "e"}
