"""The store of timelines is emptied: whoever reads is shown the same, and it is built anew once, however many read at once."""

from datetime import UTC, datetime

import pytest

from apps.graph import services as graph
from apps.posts import services as posts
from apps.posts.values import Audience
from apps.timelines import epochs, selectors
from apps.timelines.handler import timelines
from apps.timelines.home import Home

from .test_raced import sign_up, together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.collscan("to empty the timelines is to read them whole"),
]
READS = 100


def shown(viewer) -> list:
    return [one.entry.id for one in selectors.home(viewer_id=viewer, now=datetime.now(UTC), limit=20).entries]


def stored(viewer) -> list:
    part = timelines().read(viewer, epoch=epochs.certain() or 0, limit=100, now=datetime.now(UTC))
    return [entry.id for entry in part.entries] if part else []


def test_a_hundred_reads_at_once_are_right_and_build_it_once(monkeypatch):
    reader, author = sign_up("reader"), sign_up("author")
    graph.follow(actor_id=reader, person_id=author, now=datetime.now(UTC))
    for number in range(5):
        posts.publish(author_id=author, text=f"{number}", audience=Audience.PUBLIC, now=datetime.now(UTC))
    right = shown(reader)
    assert len(right) == 5
    store, built = timelines(), []
    complete = store.complete

    def counted(owner, **more) -> bool:
        done = complete(owner, **more)
        built.append(done)
        return done

    monkeypatch.setattr(store, "complete", counted)
    store.empty()
    found = []
    together(*[lambda: found.append(shown(reader))] * READS)
    assert found == [right] * READS
    assert built == [True]
    anew = stored(reader)
    store.empty()
    assert Home(reader, now=datetime.now(UTC)).build(epoch=epochs.certain() or 0)
    assert anew == stored(reader) == right, "what was built amid them is what a build by itself makes"
