"""After a replay, what is not folded is right again as well."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.graph import counters
from apps.graph.models import Count
from apps.posts import selectors, services
from apps.posts.counting import LIKES, POSTS
from apps.posts.models import Like, Post, Tagging
from apps.posts.values import Audience

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_replay_brings_back_rows_tags_and_counts_that_were_lost(person, monkeypatch):
    now = datetime.now(UTC) - timedelta(minutes=5)
    ada, bob = person("Ada"), person("Bob")
    post = services.publish(author_id=ada, text="hello #river", audience=Audience.PUBLIC, now=now)
    services.like(actor_id=bob, post_id=post.id, now=now)
    for model in (Post, Like, Tagging, Count):
        model.objects.all().delete()
    monkeypatch.setattr(
        timezone, "now", lambda: now + timedelta(days=3650)
    )  # what is newer than the scan is left alone
    call_command("replay", verbosity=0)
    while counters.recount_pending():
        pass
    assert [entry.id for entry in selectors.tag_entries(tag="river", limit=5)] == [post.id]
    assert counters.values(ids=[post.id], kinds=[LIKES])[post.id, LIKES] == 1
    assert counters.values(ids=[ada], kinds=[POSTS])[ada, POSTS] == 1
