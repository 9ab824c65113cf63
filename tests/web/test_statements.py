"""How many statements an accepted post and a follow take: until the answer, and until all is done."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.graph import services as graph
from apps.journal import tasks
from apps.posts import services as posts
from apps.posts.values import Audience

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def statements(act, *args, **kwargs) -> int:
    """Count what the database is asked, without the savepoints of a test's own transaction."""
    with CaptureQueriesContext(connection) as captured:
        act(*args, **kwargs, now=NOW)
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)


def publish(author, key: str, now: datetime) -> None:
    posts.publish(author_id=author.pk, text="High water.", audience=Audience.PUBLIC, now=now, key=key)


def follow(one, other, key: str, now: datetime) -> None:
    graph.follow(actor_id=one.pk, person_id=other.pk, now=now, key=key)


# The post's time is long past: of what is late it is asked first whether others are at it.
@pytest.mark.parametrize(("is_done", "post_most", "follow_most"), [(False, 11, 12), (True, 26, 25)])
def test_an_accepted_act_takes_few_statements(person, monkeypatch, is_done, post_most, follow_most):
    add = cache.add  # The second in which nobody is counted again lasts, however slow the machine.
    monkeypatch.setattr(cache, "add", lambda key, value, _: add(key, value, None))
    mira, otto, jun = person("mira"), person("otto"), person("jun")
    graph.follow(actor_id=otto.pk, person_id=mira.pk, now=NOW)
    publish(mira, "warm", NOW)
    if not is_done:
        monkeypatch.setattr(tasks.carry_out, "delay", lambda **_: None)
    post, follows = statements(publish, mira, "one"), statements(follow, jun, mira, "two")
    print(f"a post takes {post} statements, a follow {follows}")
    assert post <= post_most
    assert follows <= follow_most
