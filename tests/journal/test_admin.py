"""Staff read the journal through its own interface: nothing changes there, and what is private is masked."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from apps.accounts.models import User
from apps.core import ids
from apps.journal import sweeper
from apps.journal.activities import Activity
from apps.journal.handler import journal

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at"), pytest.mark.database]
NOW = datetime.now(UTC)
PAGE = "admin:journal_journalrecord_changelist"


def put(verb: str, **payload: object) -> Activity:
    actor, thing = ids.mint(now=NOW), ids.mint(now=NOW)
    activity = Activity(ids.mint(now=NOW), actor, verb, thing, {"v": 1, **payload})
    journal().append([activity])
    return activity


def page(staff, **query: object) -> str:
    return staff.get(reverse(PAGE), query).content.decode()


def test_what_was_typed_for_everybody_is_shown_and_the_rest_is_masked(staff):
    put("Create", type="Note", text="for <everybody>", audience=0)
    put("Create", type="Note", text="between us", audience=3, direct=True, named=["kept-between-us"])
    muted = put("Mute", until=None)
    shown = page(staff)
    assert "for &lt;everybody&gt;" in shown
    assert "between us" not in shown
    assert "kept-between-us" not in shown
    assert str(muted.object_id) not in shown, "whom somebody mutes is theirs alone"
    assert str(muted.actor_id) in shown


def test_it_is_listed_by_actor_and_by_what_failed(staff):
    mine, other = put("Like"), put("Like")
    journal().failed(other.id, "count", "it broke")
    assert str(other.id) not in page(staff, actor=mine.actor_id)
    failed = page(staff, only="failed")
    assert "it broke" in failed
    assert str(mine.id) not in failed


def test_an_actor_that_is_none_is_named(staff):
    answer = staff.get(reverse(PAGE), {"actor": "nobody"})
    assert answer.status_code == 400
    assert "nobody" in answer.content.decode()


def test_only_staff_read_it_and_nobody_changes_it(staff, client):
    assert client.get(reverse(PAGE)).status_code == 302
    helper = User(username="Helper", is_staff=True)
    helper.save()
    client.force_login(helper)
    assert client.get(reverse(PAGE)).status_code == 403
    assert sweeper.set_aside() == set()
