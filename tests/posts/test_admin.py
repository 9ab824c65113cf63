"""Staff read posts, but not those for mentioned people only, and hide and show them by activities."""

import pytest
from django.urls import reverse

from apps.journal.activities import STAFF, Verb
from apps.journal.handler import journal
from apps.posts import admin, selectors, services
from apps.posts.values import Audience

from .factory import NOW

pytestmark = pytest.mark.database

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]  # of collected static files
LIST = "admin:posts_post_changelist"


@pytest.fixture
def ada(person):
    return person("Ada")


def publish(author, text, audience=Audience.PUBLIC):
    return services.publish(author_id=author, text=text, audience=audience, now=NOW)


def test_texts_for_mentioned_people_only_are_masked(staff, ada):
    secret, narrowed = publish(ada, "between us", Audience.MENTIONED), publish(ada, "once open")
    services.edit(actor_id=ada, post_id=narrowed.id, text="now closed", audience=Audience.MENTIONED, now=NOW)
    publish(ada, "for <everybody>")
    listed = staff.get(reverse(LIST)).content.decode()
    assert "for &lt;everybody&gt;" in listed
    for head, text in ((secret, "between us"), (narrowed, "now closed")):
        own = staff.get(reverse("admin:posts_post_change", args=[head.id])).content.decode()
        assert text not in listed + own
        assert admin.MASKED in own


def test_posts_are_found_by_author_and_nothing_can_be_changed_there(staff, ada):
    head = publish(ada, "hello")
    assert head.id.hex in staff.get(reverse(LIST), {"q": str(ada)}).content.decode().replace("-", "")
    for term, found in ((str(head.id), True), (head.id.hex, True), ("hello", False), ("'; --", False)):
        listed = staff.get(reverse(LIST), {"q": term}).content.decode().replace("-", "")
        assert (f"/{head.id.hex}/" in listed) is found
    own = reverse("admin:posts_post_change", args=[head.id])
    assert 'name="_save"' not in staff.get(own).content.decode()
    assert staff.post(own, {"text": "changed"}).status_code == 403
    assert staff.post(reverse("admin:posts_post_delete", args=[head.id]), {"post": "yes"}).status_code == 403
    assert staff.get(reverse("admin:posts_post_add")).status_code == 403


def test_hiding_and_showing_are_activities_of_staff(staff, ada):
    head = publish(ada, "hello")

    def act(action: str) -> None:
        answer = staff.post(reverse(LIST), {"action": action, "_selected_action": [str(head.id)]})
        assert answer.status_code == 302

    act("hide")
    assert not selectors.heads(ids=[head.id])[head.id].standing
    act("show")
    assert selectors.heads(ids=[head.id])[head.id].standing
    by_staff = journal().by_object(actor_id=STAFF, object_id=head.id)
    assert sorted(activity.verb for activity in by_staff) == [Verb.HIDE, Verb.SHOW]
    assert all(activity.payload["by"] for activity in by_staff)
