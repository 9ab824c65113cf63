"""An erased person is not brought back by a late job, a replay or an older copy of the journal."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.accounts.selectors import card_of
from apps.graph import services as graph
from apps.graph.selectors import relations
from apps.journal import services as journal
from apps.journal.handler import journal as store
from apps.posts import selectors
from apps.posts import services as posts
from apps.posts.values import Audience
from apps.timelines import selectors as timelines

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def sign_up(name: str) -> User:
    user = User(username=name)
    user.set_unusable_password()
    user.save()
    accounts.register_person(user=user, now=NOW)
    return user


def is_gone(user: User, other: User, post_id) -> bool:
    home = timelines.home(viewer_id=other.pk, now=NOW, limit=20)
    followed = relations(viewer_id=other.pk, people=[user.pk]).to(user.pk).following
    left = [activity for _, activity in store().scan() if activity.actor_id == user.pk]
    return not (card_of(id=user.pk) or selectors.heads(ids=[post_id]) or home.entries or followed or left)


def test_nothing_that_comes_late_brings_an_erased_person_back():
    gone, stays = sign_up("gone"), sign_up("stays")
    graph.follow(actor_id=stays.pk, person_id=gone.pk, now=NOW)
    post = posts.publish(author_id=gone.pk, text="Still here?", audience=Audience.PUBLIC, now=NOW)
    backup = store().by_actor(gone.pk, limit=100)
    assert not is_gone(gone, stays, post.id)

    accounts.erase(person_id=gone.pk, now=NOW + timedelta(seconds=1))
    assert is_gone(gone, stays, post.id)

    journal.carry_out_all(backup, now=NOW + timedelta(seconds=2))
    assert is_gone(gone, stays, post.id), "after a late job"

    list(journal.accept_many(backup, now=NOW + timedelta(seconds=3)))
    assert is_gone(gone, stays, post.id), "after an older copy of the journal was put back"

    call_command("replay", stdout=StringIO())
    assert is_gone(gone, stays, post.id), "after a replay"
