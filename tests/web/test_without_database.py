"""While the database of the rows is away: a plain post is taken and seen by its author; other writes wait; pages that lie
beside timelines go on. For tiers whose journal lies apart from it."""

import re

import pytest
from django.core.cache import caches
from django.db import OperationalError, connections
from django.test import Client

from apps.journal.handler import journal
from apps.timelines.handler import timelines

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("journal().database == 'default'", reason="this tier's journal is in its database"),
]


@pytest.fixture
def down(monkeypatch):
    """Return a function that takes the database away, and one that brings it back."""
    with monkeypatch.context() as patch:

        def away(*args, **more):
            raise OperationalError("away")

        def take() -> None:
            patch.setattr(connections["default"].ops, "is_away", lambda: True, raising=False)
            for alias in ("default", "replica"):
                patch.setattr(connections[alias], "get_collection", away)

        yield take, patch.undo


@pytest.fixture
def browser(person, logged_in, write) -> Client:
    """Return somebody's browser, who follows nobody and has a page of their own."""
    ada = person("ada")
    write(ada, "before")
    client = logged_in(ada)
    client.raise_request_exception = False
    assert "before" in client.get("/").content.decode()
    assert "before" in client.get("/").content.decode()
    return client


def posts_at_home(client: Client) -> set[str]:
    return set(re.findall(r"/@ada/[0-9a-f]{32}/", client.get("/").content.decode()))


def send(client: Client, text: str, key: str = "k"):
    return client.post("/write/", {"text": text, "audience": "public", "key": key})


def test_a_plain_post_is_taken_and_its_author_sees_it_at_once_and_after(browser, down):
    take, bring_back = down
    take()
    answer = send(browser, "in the dark")
    assert answer.status_code == 303
    page = browser.get("/")
    assert page.status_code == 200
    assert "in the dark" in page.content.decode()
    assert page["X-Degraded"]
    bring_back()
    assert browser.get("/").content.decode().count("in the dark") == 1
    timelines().empty()
    assert browser.get("/").content.decode().count("in the dark") == 1
    assert "in the dark" in browser.get("/@ada/").content.decode()


@pytest.mark.parametrize(
    "ask",
    [
        lambda client, there: client.get(there),
        lambda client, there: client.get("/explore/"),
        lambda client, there: client.get(f"{there}edit/"),
        lambda client, there: client.post(f"{there}edit/", {"text": "in the light", "audience": "public", "key": "e"}),
        lambda client, there: client.get(f"{there}delete/"),
        lambda client, there: client.post(f"{there}delete/", {"key": "d"}),
        lambda client, there: client.post(there, {"do": "reply", "text": "and more", "audience": "public", "key": "r"}),
        lambda client, there: client.post(there, {"do": "like", "key": "l"}),
    ],
    ids=["thread", "explore", "edit", "edited", "delete", "deleted", "reply", "like"],
)
def test_its_author_finds_and_changes_it_as_soon_as_the_database_is_back(browser, down, ask):
    take, bring_back = down
    before = posts_at_home(browser)
    take()
    send(browser, "in the dark")
    (there,) = posts_at_home(browser) - before
    bring_back()
    answer = ask(browser, there)
    assert answer.status_code in {200, 303}
    assert answer.status_code == 303 or "in the dark" in answer.content.decode()


def test_every_other_write_is_answered_503_with_a_time_to_try_again(browser, down):
    down[0]()
    for answer in (send(browser, "@bob hello"), browser.post("/@bob/", {"do": "follow", "key": "f"})):
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0


def test_what_another_process_knows_of_an_account_counts_for_a_minute_meanwhile(browser, down):
    caches["process"].clear()
    down[0]()
    assert send(browser, "elsewhere").status_code == 303
    caches["process"].clear()
    caches["default"].clear()
    assert send(browser, "longer ago", key="l").status_code == 503


def test_a_lost_journal_refuses_writes_and_pages_go_on(browser, monkeypatch):
    def away(*args, **more):
        raise OperationalError("no quorum")

    monkeypatch.setattr(journal().session, "_at_hand", away)
    answer = send(browser, "nowhere")
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (503, True)
    for path in ("/", "/@ada/", "/explore/"):
        page = browser.get(path)
        assert page.status_code == 200
        assert "before" in page.content.decode()
