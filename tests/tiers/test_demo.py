"""The demo: the same little society at every start, and a crowd from a graph of numbered people."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.accounts.models import User
from apps.graph import selectors as graph
from apps.journal.handler import journal
from apps.posts.models import Post
from apps.tiers.demo.society import Society

pytestmark = [pytest.mark.django_db, pytest.mark.collscan("the test counts rows"), pytest.mark.database]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def demo(*args: object) -> str:
    out = StringIO()
    call_command("demo", *map(str, args), stdout=out)
    return out.getvalue()


def test_it_is_the_same_at_every_start():
    one, other = Society(NOW).build(), Society(NOW).build()
    assert one.book.activities == other.book.activities
    assert len(one.users) == 60
    assert len([a for a in one.book.activities if a.payload.get("type") == "Note" and a.verb == "Create"]) > 500


def test_it_fills_an_empty_site_which_then_agrees_with_its_journal():
    assert demo().startswith("60 people, ")
    nora = User.objects.get(username="nora")
    assert len(graph.following_ids(person_id=nora.pk)) > 25
    assert {"de", "fr", "ja", "ar", "hi"} <= set(Post.objects.values_list("lang", flat=True))
    call_command("replay", verify=True, stdout=StringIO())
    out = StringIO()
    call_command("check_timelines", build=True, stdout=out)
    assert out.getvalue() == "60 stored timelines, none differs from the oracle.\n"
    assert demo("--if-empty") == ""
    with pytest.raises(CommandError, match="are here already"):
        demo()


def test_a_graph_is_loaded_with_posts(tmp_path):
    path = tmp_path / "edges"
    path.write_text("% a comment\n1 2\n2 3\n\n3,1\n")
    assert demo("--graph", path, "--posts", 7).startswith("3 people, ")
    people = list(User.objects.values_list("pk", flat=True))
    assert [len(graph.following_ids(person_id=person)) for person in people] == [2, 2, 2]
    assert Post.objects.count() == 7


@pytest.mark.parametrize(
    ("content", "said"), [("1 2\nx y\n", "line 2 is 'x y'"), ("# nothing\n", "holds no edges"), (None, "can't be read")]
)
def test_a_file_that_is_no_graph_is_refused_and_nothing_is_loaded(tmp_path, content, said):
    path = tmp_path / "edges"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError, match=said):
        demo("--graph", path)
    assert not User.objects.exists()
    assert list(journal().scan()) == []


def test_a_number_of_posts_that_can_not_be_is_refused(tmp_path):
    path = tmp_path / "edges"
    path.write_text("1 2\n")
    with pytest.raises(CommandError, match="--posts -1"):
        demo("--graph", path, "--posts", -1)


def test_a_public_site_gets_no_demo_people(settings):
    settings.SITE_URL = "https://prowl.example"
    with pytest.raises(CommandError, match=r"https://prowl\.example"):
        demo()
