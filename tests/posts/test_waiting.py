"""A plain post is taken by the journal alone where that lies apart from the rows and those can't be written."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connections

from apps.core import folds, ids
from apps.journal import sweeper
from apps.journal.activities import PAYLOAD_VERSION, Activity, Verb
from apps.journal.exceptions import NotThrough
from apps.journal.handler import journal
from apps.journal.services import catch_up
from apps.journal.signals import waits
from apps.posts import selectors, services
from apps.posts.values import Audience
from apps.timelines import selectors as timelines

pytestmark = pytest.mark.django_db


@pytest.fixture
def apart(monkeypatch):
    """Let the journal lie apart from the rows, as far as anybody asks."""
    monkeypatch.setattr(journal(), "database", "elsewhere")


@pytest.fixture(params=["known to be away", "does not answer"])
def down(request, monkeypatch):
    """Return what takes the database of the rows away, and what brings it back."""
    with monkeypatch.context() as patch:

        def take() -> None:
            if request.param == "known to be away":
                patch.setattr(connections["default"].ops, "is_away", lambda: True, raising=False)
            else:
                patch.setattr(folds, "apply", refuse)
                patch.setattr(services, "follower_count", refuse)

        yield take, patch.undo


def refuse(*args, **more):
    raise OperationalError("away")


def publish(author, now, text="hello", key="k", **more):
    return services.publish(author_id=author, text=text, audience=Audience.PUBLIC, now=now, key=key, **more)


def test_it_is_taken_and_its_rows_follow(person, later, apart, down):
    author, (take, bring_back) = person("ada"), down
    take()
    told = []
    waits.connect(receiver := lambda activity, **_: told.append(activity.object_id), weak=False)
    head = publish(author, now := later())
    waits.disconnect(receiver)
    assert told == [head.id]
    assert selectors.heads(ids=[head.id]) == {}
    assert publish(author, later()).id == head.id, "the same key is the same post"
    bring_back()
    sweeper.sweep(now=now + timedelta(minutes=1))
    assert selectors.heads(ids=[head.id]) == {head.id: head}


def test_what_answers_or_mentions_somebody_has_to_wait(person, later, apart, monkeypatch):
    author, other = person("ada"), person("bob")
    post = publish(other, later())
    monkeypatch.setattr(folds, "apply", refuse)
    with pytest.raises(NotThrough):
        publish(author, later(), parent_id=post.id, key="r")
    with pytest.raises(NotThrough):
        publish(author, later(), text="@bob hello", key="m")
    with pytest.raises(NotThrough):
        services.like(actor_id=author, post_id=post.id, now=later())


def test_where_the_journal_lies_with_the_rows_nothing_is_taken_without_them(person, later, monkeypatch):
    author = person("ada")
    monkeypatch.setattr(journal(), "database", "default")
    monkeypatch.setattr(folds, "apply", refuse)
    with pytest.raises(NotThrough):
        publish(author, later())


def test_it_is_pushed_where_followers_can_not_be_counted(person, later, apart, down):
    author = person("ada")
    down[0]()
    assert publish(author, later()).pushed


def ids_of(page) -> list:
    return [shown.entry.id for shown in page.entries]


LOOKS = {
    "home": lambda author, post_id, now: ids_of(timelines.home(viewer_id=author, now=now)),
    "profile": lambda author, post_id, now: ids_of(timelines.profile(viewer_id=author, person_id=author, now=now)),
    "public": lambda author, post_id, now: ids_of(timelines.public(viewer_id=author, now=now)),
    "thread": lambda author, post_id, now: ids_of(timelines.thread(viewer_id=author, post_id=post_id, now=now)),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_its_author_finds_it_as_soon_as_rows_can_be_written(person, later, apart, down, look):
    author, (take, bring_back) = person("ada"), down
    take()
    head = publish(author, now := later(), "hello")
    bring_back()
    assert look(author, head.id, now) == [head.id]


ACTS = {
    Verb.UPDATE: lambda author, post_id, now: services.edit(actor_id=author, post_id=post_id, text="bye", now=now),
    Verb.DELETE: lambda author, post_id, now: services.delete(actor_id=author, post_id=post_id, now=now),
    Verb.LIKE: lambda author, post_id, now: services.like(actor_id=author, post_id=post_id, now=now),
    Verb.ANNOUNCE: lambda author, post_id, now: services.repost(actor_id=author, post_id=post_id, now=now),
    Verb.CREATE: lambda author, post_id, now: publish(author, now, "and", key="r", parent_id=post_id),
}


@pytest.mark.parametrize("verb", ACTS)
def test_its_author_changes_it_as_soon_as_rows_can_be_written(person, later, apart, down, verb):
    author, (take, bring_back) = person("ada"), down
    take()
    head = publish(author, later())
    bring_back()
    ACTS[verb](author, head.id, later())
    newest, first = journal().by_actor(author, limit=2)
    assert (newest.verb, first.object_id) == (verb, head.id)
    assert selectors.heads(ids=[head.id])[head.id].standing == (verb != Verb.DELETE)


def test_its_author_finds_it_below_much_that_has_its_rows(person, later, apart, down):
    author, (take, bring_back) = person("ada"), down
    take()
    head = publish(author, later())
    bring_back()
    for number in range(25):
        publish(author, later(), f"No {number}.", key=str(number))
    assert not selectors.heads(ids=[head.id])
    timelines.public(viewer_id=author, now=later())
    assert selectors.heads(ids=[head.id])


def test_its_author_finds_them_all_however_many_there_were(person, later, apart, down):
    author, (take, bring_back) = person("ada"), down
    take()
    heads = [publish(author, later(), f"No {n}.", key=str(n)) for n in range(45)]
    bring_back()
    catch_up(actor_id=author, now=later())
    assert selectors.heads(ids=[head.id for head in heads]).keys() == {head.id for head in heads}


def test_a_process_looks_once_after_each_thing_that_somebody_did(person, later, apart, monkeypatch):
    author, asked = person("ada"), []
    publish(author, later())
    by_actor = journal().by_actor
    monkeypatch.setattr(journal(), "by_actor", lambda *args, **more: asked.append(args) or by_actor(*args, **more))
    for number in range(2):
        for _ in range(3):
            timelines.public(viewer_id=author, now=later())
        assert len(asked) == number + 1
        publish(author, later(), key=str(number))


def test_what_a_newer_release_wrote_is_left_for_one_that_knows_it(person, later, apart, down):
    author, (take, bring_back) = person("ada"), down
    take()
    head = publish(author, later())
    bring_back()
    strange = Activity(ids.mint(now=later()), author, Verb.LIKE, head.id, {"v": PAYLOAD_VERSION + 1})
    journal().append([strange])
    catch_up(actor_id=author, now=later())
    assert selectors.heads(ids=[head.id])
    assert journal().marks([strange.id]) == {}


def test_what_can_not_be_projected_is_no_condition_for_reading(person, later, apart, down, monkeypatch):
    author, (take, bring_back) = person("ada"), down
    take()
    head = publish(author, later())
    bring_back()
    monkeypatch.setattr(folds, "apply", lambda fold: {}["text"])
    assert head.id not in {shown.head.id for shown in timelines.public(viewer_id=author, now=later()).entries}


def test_catching_up_is_no_condition_for_reading(person, later, apart, monkeypatch):
    author = person("ada")
    now = later()
    monkeypatch.setattr(journal(), "by_actor", refuse)
    catch_up(actor_id=author, now=now)
    assert timelines.home(viewer_id=author, now=now).entries == ()
