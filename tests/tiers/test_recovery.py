"""Whatever but the journal is lost: replay makes it anew, with a back-up of what no activity says."""

import pytest

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.posts.models import Post

from .little_site import Site, lose_accounts, lose_what_is_projected, run

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.collscan("the test reads every row"),
]


@pytest.fixture
def site() -> Site:
    site = Site()
    site.live(30)
    return site


def test_replay_makes_every_row_and_page_anew_from_the_journal_alone(site):
    accounts.erase(person_id=site.people.pop().pk, now=site.tick())
    before = site.seen(), site.pages()
    assert all(sum(html.count("<article") for _, html in pages) > 10 for pages in before[1].values())
    lose_what_is_projected()
    assert not Post.objects.exists()
    assert "all mended" in run("replay")
    assert (site.seen(), site.pages()) == before
    assert "none differs" in run("check_timelines", build=True)


def test_what_no_activity_says_comes_from_a_backup_and_what_came_after_it_from_the_journal(site, tmp_path):
    run("backup", tmp_path / "site.gz")
    site.live(10)
    before = site.seen(), site.pages()
    lose_what_is_projected()
    lose_accounts()
    assert not User.objects.exists()
    run("restore", tmp_path / "site.gz", again=True)
    run("replay")
    assert (site.seen(), site.pages()) == before
    assert "0 differences" in run("replay", verify=True)
