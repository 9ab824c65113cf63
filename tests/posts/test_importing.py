"""``manage.py import_archive``: an archive is taken once, with its own dates, to nobody's alarm."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from apps.graph import counters
from apps.journal import services as journal
from apps.journal.activities import Verb
from apps.journal.handler import journal as store
from apps.posts import importing, selectors, services
from apps.posts.archive import text_of
from apps.posts.fragments import fragments
from apps.posts.values import Audience
from apps.timelines import selectors as timelines

from .factory import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOME = "https://old.example/users/ada"
EVERYBODY = "https://www.w3.org/ns/activitystreams#Public"


def note(number: int, content: str = "<p>hello</p>", *, day: int = 1, to: str = EVERYBODY, **more: object) -> dict:
    made = {"type": "Note", "id": f"{HOME}/{number}", "published": f"2024-03-{day:02}T10:00:00Z", "content": content}
    return {"type": "Create", "id": f"{HOME}/{number}/activity", "object": {**made, "to": [to], **more}}


def announce(number: int, of: str, *, day: int = 9) -> dict:
    published = f"2024-03-{day:02}T10:00:00Z"
    return {"type": "Announce", "id": f"{HOME}/{number}/activity", "published": published, "object": of}


@pytest.fixture
def outbox(tmp_path: Path) -> Callable[..., Path]:
    def write(*items: object, **collection: object) -> Path:
        path = tmp_path / "outbox.json"
        path.write_text(json.dumps({"type": "OrderedCollection", "orderedItems": items, **collection}))
        return path

    return write


def imported(path: Path, user: str = "ada") -> str:
    out = StringIO()
    call_command("import_archive", user, str(path), stdout=out)
    return out.getvalue()


def posts_of(person_id: UUID) -> list:
    ids = [entry.id for entry in selectors.author_entries(author=person_id, limit=100)]
    found = selectors.posts(ids=ids)
    return [found[id] for id in sorted(ids)]


def test_posts_keep_their_dates_texts_audiences_and_threads(person, outbox):
    ada = person("ada")
    out = imported(
        outbox(
            note(2, "<p>an answer<br>in two lines</p>", day=3, inReplyTo=f"{HOME}/1"),
            note(1, '<p>see <a href="https://example.org/long">example.org/…</a> #<span>Tea</span></p>'),
            note(3, "<p>for few</p>", day=4, to=f"{HOME}/followers", summary="Careful"),
            announce(4, f"{HOME}/1"),
        )
    )
    assert "4 taken, 0 were here already, 0 left out." in out
    first, answer, few, repost = posts_of(ada)
    assert (first.text, first.tags) == ("see https://example.org/long #Tea", ("tea",))
    assert (answer.text, answer.parent, answer.thread) == ("an answer\nin two lines", first.id, first.id)
    assert (few.text, few.audience) == ("Careful\n\nfor few", Audience.FOLLOWERS)
    assert repost.reposted == first.id
    assert [p.published.isoformat()[:10] for p in (first, answer, few)] == ["2024-03-01", "2024-03-03", "2024-03-04"]
    assert counters.values(ids=[ada, first.id], kinds=["posts", "replies"])[ada, "posts"] == 3


def test_importing_again_makes_nothing_twice_and_brings_nothing_deleted_back(person, outbox):
    ada, path = person("ada"), outbox(note(1), note(2, day=2))
    imported(path)
    gone = posts_of(ada)[0]
    services.delete(actor_id=ada, post_id=gone.id, now=NOW)
    before = len(store().by_actor(ada, limit=100))
    assert "0 taken, 2 were here already" in imported(path)
    assert len(store().by_actor(ada, limit=100)) == before
    assert not selectors.heads(ids=[gone.id])[gone.id].standing


def test_a_stopped_import_goes_on(person, outbox, monkeypatch):
    ada, path = person("ada"), outbox(*[note(number, day=number) for number in range(1, 6)])
    monkeypatch.setattr(importing, "_PART", 2)
    whole, parts = journal.accept_many, iter([True])

    def stops(activities, *, now):
        if not next(parts, False):
            raise KeyboardInterrupt
        return whole(activities, now=now)

    monkeypatch.setattr(journal, "accept_many", stops)
    with pytest.raises(KeyboardInterrupt):
        imported(path)
    assert len(posts_of(ada)) == 2
    monkeypatch.setattr(journal, "accept_many", whole)
    assert "3 taken, 2 were here already" in imported(path)
    assert len(posts_of(ada)) == 5


def test_an_imported_post_stands_where_its_date_puts_it(person, outbox):
    ada = person("ada")
    new = services.publish(author_id=ada, text="new", audience=Audience.PUBLIC, now=NOW)
    assert [s.entry.id for s in timelines.home(viewer_id=ada, now=NOW, limit=10).entries] == [new.id]
    imported(outbox(note(1)))
    old = posts_of(ada)[0].id
    for page in (
        timelines.home(viewer_id=ada, now=NOW, limit=10),
        timelines.profile(viewer_id=ada, person_id=ada, now=NOW, limit=10),
        timelines.public(viewer_id=ada, now=NOW, limit=10),
    ):
        assert [shown.entry.id for shown in page.entries] == [new.id, old]


def test_names_and_direct_messages_reach_nobody_here(person, outbox):
    ada, ines = person("ada"), person("ines")
    mention = '<p><a class="u-url mention" href="https://old.example/@ines">@<span>ines</span></a> hi</p>'
    out = imported(outbox(note(1, mention), note(2, "<p>secret</p>", to="https://old.example/users/ines")))
    assert f"{HOME}/2: a direct message" in out
    (post,) = posts_of(ada)
    assert (post.text, post.mentions, post.named) == ("@ines hi", (), ())
    assert 'href="/@ines' not in str(fragments(posts=[post]))
    assert [activity.verb for activity in store().by_actor(ines, limit=10)] == [Verb.CREATE]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("text", "the item is 'text', not an object"),
        ({"type": "Like", "id": f"{HOME}/1"}, "it is a 'Like': only Create and Announce are taken"),
        ({"type": "Create", "object": f"{HOME}/1"}, "not an object"),
        (note(1, type="Question"), "it is a 'Question': only notes are taken"),
        (note(1, ""), "it has no text"),
        (note(1, "<p>" + "x" * 501 + "</p>"), "1 too many: 500 characters are the most"),
        (note(1, published="yesterday"), "its date is 'yesterday', not one such as"),
        (note(1, published="2999-01-01T00:00:00Z"), "its date is 2999-01-01T00:00:00+00:00, which is not between"),
        (note(1, inReplyTo="https://far.example/9"), "a reply to https://far.example/9, which is not among"),
        (announce(1, "https://far.example/9"), "a repost of https://far.example/9, which is not among"),
        (note(1, id="javascript:alert(1)"), "'javascript:alert(1)' is no address"),
        (note(1, id="http://["), "'http://[' is no address"),
    ],
)
def test_what_cant_be_taken_is_left_out_with_a_reason(person, outbox, item, reason):
    ada = person("ada")
    out = imported(outbox(item, note(7, day=7)))
    assert reason in out
    assert "1 taken, 0 were here already, 1 left out." in out
    assert len(posts_of(ada)) == 1


def test_a_wrong_name_or_file_is_an_error_that_says_what_to_do(person, outbox, tmp_path):
    person("ada")
    with pytest.raises(CommandError, match="nobody called 'eve'"):
        imported(outbox(), "eve")
    with pytest.raises(CommandError, match=r"can't be read as JSON.*Unpack the archive"):
        imported(tmp_path / "nothing.json")
    with pytest.raises(CommandError, match=r"holds no list of activities"):
        imported(outbox(orderedItems="many"))


def test_markup_is_taken_off():
    html = "<p>a &lt;b&gt;</p><script>alert(1)</script><ul><li>c</li><li>d</li></ul>"
    assert text_of(html) == "a <b>\n\nc\nd"
