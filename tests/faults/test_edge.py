"""The tier's edge, Nginx and Varnish as they stand before it: nothing of anybody's is kept, and purges come from within."""

import http.client
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.waiting import wait_until

from .browser import Browser
from .harms import restarted
from .history import Did
from .rush import Rush

pytestmark = [pytest.mark.rush, pytest.mark.unclustered]
COLD = 500
MISLEADING = (
    "/x.css", "/home/x.css", "/home;.js", "//", "//home", "/%2e%2e/", "/settings/profile/x.css", "/write/", "/write/x.js",
    "/?x=1.css", "/explore/;.css", "/explore/%0d%0a.css",
)  # fmt: skip
FORGED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "Forwarded": "host=evil",
}


@pytest.fixture(autouse=True)
def _has_an_edge(rush):
    if "varnish" not in rush.tier.parts:
        pytest.skip("this tier has no cache in front")


def computed(rush: Rush, path: str) -> int:
    """Return how often any server was asked for ``path``."""
    logs = (Path(str(part.log)).read_text() for part in rush.tier.parts.values() if part.kind == "web")
    return sum(len(re.findall(rf"request_started.*'GET {re.escape(path)}'", log)) for log in logs)


def ask(rush: Rush, method: str, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
    """Send a request as it is, without a browser's tidying."""
    where = urlsplit(rush.tier.url)
    client = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
    try:
        client.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            client.putheader(name, value)
        client.endheaders()
        answer = client.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        client.close()


def cookies_of(rush: Rush) -> str:
    return "; ".join(f"{name}={value}" for name, value in rush.writer.browser.cookies.items())


def test_many_cold_requests_of_one_public_page_are_one_at_the_origin(rush, record_property):
    path = f"/tags/cold{threading.get_ident()}/"
    before = computed(rush, path)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: Browser(rush.tier.url).get(path), range(COLD)))
    assert {answer.status for answer in answers} == {HTTPStatus.OK}
    wait_until(lambda: computed(rush, path) > before, seconds=5, what="a line in a server's log")
    assert computed(rush, path) - before == 1
    record_property("requests, 50 at a time", COLD)


@pytest.mark.parametrize("path", MISLEADING)
def test_a_misleading_address_keeps_nothing_of_anybodys(rush, path):
    name = rush.writer.name
    ask(rush, "GET", path, Cookie=cookies_of(rush))
    status, headers, body = ask(rush, "GET", path)
    assert status < 500
    assert f"/@{name}/" not in body.partition("</header>")[0], "a stranger was shown somebody's menu"
    assert "csrfmiddlewaretoken" not in body
    assert headers["Set-Cookie"] is None


@pytest.mark.parametrize("header", FORGED)
def test_forged_headers_change_no_page_that_others_get(rush, header):
    path = f"/explore/?{header}"
    ask(rush, "GET", path, **{header: FORGED[header]})
    status, headers, body = ask(rush, "GET", path)
    assert status == HTTPStatus.OK
    assert "evil" not in body + str(headers)


def test_the_same_address_with_other_cookies_never_gives_another_persons_bytes(rush):
    people = rush.everybody[:6]

    def read(person):
        return [
            person.browser.get(path).whose == person.name for path in ("/", "/explore/", f"/@{people[0].name}/") * 5
        ]

    with ThreadPoolExecutor(len(people)) as pool:
        assert all(all(found) for found in pool.map(read, people))
    for path in ("/", "/explore/", f"/@{people[0].name}/"):
        _, headers, body = ask(rush, "GET", path)
        assert "Your profile" not in body
        assert headers["Set-Cookie"] is None


def test_a_purge_from_outside_is_refused(rush):
    for path in ("/", "/explore/"):
        assert ask(rush, "PURGE", path, **{"xkey-purge": "public"})[0] == HTTPStatus.METHOD_NOT_ALLOWED


def test_what_is_made_private_leaves_shared_pages_by_purge_and_by_time_where_the_purge_is_lost(rush, record_property):
    own = rush.writer.post("public")
    marked = f"{rush.writer.name}-{own.number}-v1"

    def is_public() -> bool:
        return marked in ask(rush, "GET", "/explore/")[2]

    wait_until(is_public, seconds=10, what="a public post on a shared page")
    rush.writer.walk(Did.PROFILE, target=rush.writer.name)
    rush.writer.narrow(own)
    took = wait_until(lambda: not is_public(), seconds=1, what="a shared page without what was made private")
    record_property("s by a purge", f"{took:.2f}")
    own = rush.writer.post("public")
    marked = f"{rush.writer.name}-{own.number}-v1"
    wait_until(is_public, seconds=10, what="a public post on a shared page")
    rush.writer.walk(Did.PROFILE, target=rush.writer.name)
    with restarted(rush, "worker-1", PURGE_URLS="http://127.0.0.1:9"):
        wait_until(lambda: is_public() and is_public(), seconds=1, what="a shared page that was made just now")
        rush.writer.narrow(own)
        took = wait_until(lambda: not is_public(), seconds=11, what="a shared page that is over")
    record_property("s without", f"{took:.2f}")
