import pytest

from apps.accounts.selectors import profile

pytestmark = [pytest.mark.django_db, pytest.mark.shared]

GOOD = {
    "display_name": "Inês Carvalho",
    "bio": "I walk the embankment.\n\n<b>Every</b> morning.",
    "link_label": ["Water book", ""],
    "link_url": ["https://example.org/water-book", "http://example.net/"],
    "locked": "1",
    "key": "k",
}


def test_what_is_saved_stands_on_the_profile(person, logged_in):
    ines = person("ines")
    client = logged_in(ines)
    assert client.post("/settings/profile/", GOOD)["Location"] == "/settings/profile/"
    assert "Saved." in client.get("/settings/profile/").content.decode()
    html = client.get("/@ines/").content.decode()
    assert "<bdi>Inês Carvalho</bdi>" in html
    assert "&lt;b&gt;Every&lt;/b&gt; morning." in html
    assert '<a href="https://example.org/water-book" rel="me nofollow noopener"><bdi>Water book</bdi></a>' in html
    assert "<bdi>example.net</bdi>" in html
    assert profile(id=ines.pk).locked


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("display_name", "x" * 51, 'href="#display_name"'),
        ("display_name", "\u200b", 'href="#display_name"'),
        ("display_name", "\u202eenI", 'href="#display_name"'),
        ("bio", "x" * 501, 'href="#bio"'),
        ("bio", "nul\x00", 'href="#bio"'),
        ("link_url", ["https://example.org/", "harbour tables"], 'id="link_url-1-h"'),
        ("link_url", ["javascript:alert(1)", ""], 'id="link_url-0-h"'),
    ],
)
def test_a_field_that_needs_another_look_is_marked_and_nothing_typed_is_lost(person, logged_in, field, value, shown):
    response = logged_in(person("ines")).post("/settings/profile/", {**GOOD, field: value})
    html = response.content.decode()
    assert response.status_code == 400
    assert "Not saved yet" in html
    assert shown in html
    assert 'aria-invalid="true"' in html
    assert "I walk the embankment." in html or field == "bio"


def test_a_profile_is_opened_again(person, logged_in):
    ines = person("ines")
    client = logged_in(ines)
    client.post("/settings/profile/", GOOD)
    client.post("/settings/profile/", {**GOOD, "locked": "", "key": "k2"})
    assert not profile(id=ines.pk).locked
