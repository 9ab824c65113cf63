"""What replay makes of the journal is what stands there: after edits, deletions, hiding, undone likes and reposts."""

import random
from datetime import timedelta

import pytest

from apps.core.errors import Refused
from apps.journal import handler, replay
from apps.journal import services as journal
from apps.posts import selectors, services
from apps.posts.models import Post
from apps.posts.values import Audience

from .factory import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.database]
PLAIN = [services.delete, services.like, services.unlike, services.repost, services.undo_repost]
STAFF = [services.hide, services.show]


def differences() -> list[replay.Difference]:
    report = replay.Report()
    with replay.scratch_store():
        replay.fold_journal(report=report, now=NOW)
        return list(replay.compare(started=NOW + timedelta(days=1), report=report))


@pytest.mark.parametrize("seed", range(3))
def test_replay_finds_no_difference_after_a_random_history(person, later, seed):
    chance = random.Random(seed)
    people = [person(f"p{n}") for n in range(4)]

    def act() -> None:
        post_id = chance.choice([at(), *Post.objects.order_by("pk").values_list("pk", flat=True)])
        about = {"actor_id": chance.choice(people), "post_id": post_id, "now": later()}
        said = {"text": f"@p{chance.randrange(4)} #t{chance.randrange(3)}", "audience": Audience(chance.randrange(4))}
        doing = chance.choice([*PLAIN, *STAFF, services.edit, services.publish, services.publish])
        if doing is services.publish:
            doing(author_id=about["actor_id"], parent_id=chance.choice([None, post_id]), now=later(), **said)
        elif doing in STAFF:
            doing(post_id=post_id, by=at(), now=later())
        else:
            doing(**about, **(said if doing is services.edit else {}))

    for _ in range(80):
        try:
            act()
        except Refused:
            continue
    assert Post.objects.count() > 9
    assert differences() == []
    wrong = Post.objects.filter(standing=True, audience=Audience.PUBLIC)[:1]
    Post.objects.filter(pk__in=[post.pk for post in wrong]).update(text="never said")
    assert [str(found).endswith("'never said', not " + repr(wrong[0].text)) for found in differences()] == [True]
    Post.objects.filter(pk=wrong[0].pk).update(text=wrong[0].text)
    journal.erase(actor_id=people[0], now=later())
    assert differences() == []
    assert not selectors.author_entries(author=people[0], limit=1)


def test_who_is_erased_amid_the_scan_is_not_brought_back(person, later, monkeypatch):
    monkeypatch.setattr(replay, "_BATCH", 1)
    gone = person("gone")
    services.publish(author_id=gone, text="Still here?", audience=Audience.PUBLIC, now=later())

    def erase(folded: int) -> None:
        if folded == len(list(handler.journal().scan())):
            journal.erase(actor_id=gone, now=NOW + timedelta(hours=1))

    begun = NOW + timedelta(hours=1)
    with replay.scratch_store():
        assert replay.fold_journal(report=replay.Report(), now=begun, progress=erase) == begun
        assert Post.objects.using(replay.SCRATCH).filter(author=gone).exists(), "it was folded before"
        found = list(replay.compare(started=begun, report=replay.Report()))
    assert not Post.objects.exists()
    assert found == []
