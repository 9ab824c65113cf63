"""Two servers on one site: where nothing is kept in a process, either answers anybody, and one may die."""

import pytest
from django.conf import settings

from apps.posts.models import Post

from .server import Visitor, serving
from .test_killed import people, visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.elsewhere, pytest.mark.unclustered]
__all__ = ["people"]


def is_known(somebody: Visitor) -> bool:
    return "log out" in somebody.get("/").lower()


def test_a_server_dies_and_nobody_is_logged_out_unless_the_tier_keeps_sessions_in_its_process(people, tmp_path):
    is_stateless = "locmem" not in settings.CACHES[settings.SESSION_CACHE_ALIAS]["BACKEND"]
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with serving(tmp_path / "one") as one, serving(tmp_path / "two") as two:
        mira = visitor(one.url, "mira")
        assert is_known(mira)
        mira.url = two.url
        assert is_known(mira) is is_stateless
        if not is_stateless:
            mira = visitor(two.url, "mira")
        one.kill()
        for number in range(5):
            assert mira.send("/write/", text=f"Number {number}", audience="public", key=f"k{number}")[0] == 200
        assert is_known(mira)
        assert mira.posts_with("Number 4") == 1
    assert Post.objects.count() == 5
