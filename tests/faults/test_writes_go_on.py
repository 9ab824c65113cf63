"""Load on writes: MongoDB elects, or can't; the journal loses its quorum. Whoever posts is answered all the time."""

import os
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from itertools import count

import pytest

from deploy.bin.tier import Part, Tier
from deploy.bin.tier.parts import mongodb
from tests.waiting import wait_until

from .browser import Answer, Browser
from .conftest import PARTS
from .harms import Way, dead, nodes, standing_still
from .rush import Rush

pytestmark = [
    pytest.mark.rush,
    pytest.mark.skipif("cassandra-1" not in PARTS, reason="of tiers whose journal lies apart"),
    pytest.mark.skipif("FAULT_OPERATIONS" not in os.environ, reason="in `make faults`, not in every test run"),
]
_numbers = count(1)


@pytest.fixture
def writer(rush: Rush) -> Browser:
    return at_home(rush.writer.browser)


@pytest.fixture
def watcher(rush: Rush) -> Browser:
    return at_home(rush.watcher.browser)


def at_home(browser: Browser) -> Browser:
    wait_until(lambda: times(browser, "") >= 0, seconds=30, what="their page")
    return browser


def post(browser: Browser, text: str, *, key: str = "") -> Answer:
    return browser.send("/write/", text=text, audience="public", key=key or f"key-{next(_numbers)}")


def times(browser: Browser, text: str) -> int:
    """Return how often a text is on the newest pages of somebody's feed; -1 where one can't be read."""
    found, path = 0, "/"
    for _ in range(5):
        page = browser.get(path)
        if page.status != HTTPStatus.OK:
            return -1
        found += page.body.count(text)
        older = re.search(r'rel="next" href="([^"]+)"', page.body)
        if older is None:
            break
        path = older[1]
    return found


def primary(tier: Tier) -> Part | None:
    return mongodb.primary_of(tier.parts.values())


def delivered(watcher: Browser, text: str) -> Callable[[], bool]:
    return lambda: times(watcher, text) == 1


@pytest.mark.parametrize("way", [dead, standing_still])
def test_while_mongodb_elects_plain_posts_are_taken_and_their_author_sees_each_at_once(rush, writer, watcher, way: Way):
    gone, texts, slowest, elected = primary(rush.tier), [], 0.0, 0.0
    assert gone
    with way([gone]):
        harmed = time.monotonic()
        while time.monotonic() - harmed < 6:
            texts.append(f"{way.__name__} number {len(texts)}.")
            began = time.monotonic()
            assert post(writer, texts[-1]).status == HTTPStatus.SEE_OTHER, texts[-1]
            slowest = max(slowest, time.monotonic() - began)
            assert times(writer, texts[-1]) == 1
            found = None if elected else primary(rush.tier)
            elected = time.monotonic() - harmed if found and found is not gone else elected
        print(f"\n{len(texts)} posts, the slowest answer {slowest:.1f} s, another primary after {elected:.1f} s")
        for text in texts:
            wait_until(delivered(watcher, text), seconds=60, what=f"{text} in a follower's feed")
    assert [times(writer, text) for text in texts] == [1] * len(texts)


def test_without_a_majority_of_mongodb_plain_posts_are_taken_and_everything_else_is_503(rush, writer, watcher):
    texts = [f"in the dark {number}." for number in range(20)]
    with dead(nodes(rush.tier, "mongod-*")[:2]):
        wait_until(lambda: primary(rush.tier) is None, seconds=20, what="no primary")
        began = time.monotonic()
        for text in texts:
            assert post(writer, text).status == HTTPStatus.SEE_OTHER, text
        print(f"\n{len(texts)} posts without MongoDB in {time.monotonic() - began:.1f} s")
        page = writer.get("/")
        assert (page.status, page.headers.get("x-degraded")) == (HTTPStatus.OK, "timelines")
        assert all(page.body.count(text) == 1 for text in texts[-15:])
        for refused in (post(writer, "@watcher hello"), watcher.send("/@flooder/", do="follow", key="f")):
            assert refused.status == HTTPStatus.SERVICE_UNAVAILABLE
            assert int(refused.headers["retry-after"]) > 0
    wait_until(lambda: post(writer, "and in the light.").status == HTTPStatus.SEE_OTHER, seconds=30, what="a new post")
    took = wait_until(delivered(watcher, "and in the light."), seconds=20, what="the new post delivered")
    print(f"a new post was delivered {took:.1f} s after it")
    for text in texts:
        wait_until(delivered(watcher, text), seconds=60, what=f"{text} in a follower's feed")
    assert [times(writer, text) for text in texts] == [1] * len(texts)


def test_without_a_quorum_of_the_journal_writes_are_503_and_reads_go_on(rush, writer, watcher):
    assert post(writer, "before the quorum was lost.").status == HTTPStatus.SEE_OTHER
    with standing_still(nodes(rush.tier, "cassandra-*")[:2]):
        for _ in range(3):
            refused = post(writer, "perhaps later, once.", key="the-same")
            assert (refused.status, int(refused.headers["retry-after"]) > 0) == (HTTPStatus.SERVICE_UNAVAILABLE, True)
            for path in ("/", "/@writer/", "/explore/"):
                assert writer.get(path).status == HTTPStatus.OK
            assert times(writer, "before the quorum was lost.") == 1

    def taken() -> bool:
        return post(writer, "perhaps later, once.", key="the-same").status == HTTPStatus.SEE_OTHER

    wait_until(taken, seconds=60, what="writing again")
    wait_until(delivered(watcher, "perhaps later, once."), seconds=30, what="it in a follower's feed")
    assert times(writer, "perhaps later, once.") == 1
