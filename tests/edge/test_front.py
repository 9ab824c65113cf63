"""What Nginx lets in from outside, and what it says about it: tried before a server that tells what it was sent."""

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.servers.nginx import Nginx

pytestmark = pytest.mark.once


class Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps([self.command, self.path, self.headers.items()]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PURGE = do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def front(nginx_program, tmp_path) -> Iterator[Nginx]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        nginx = Nginx(tmp_path, ports=[server.server_port])
        yield nginx
        nginx.stop()
        server.shutdown()


def ask(front: Nginx, method: str, path: str, **headers: str) -> tuple[int, bytes]:
    client = http.client.HTTPConnection("127.0.0.1", front.port, timeout=20)
    client.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = client.getresponse()
    body = answer.read()
    client.close()
    return answer.status, body


def test_what_visitors_say_of_themselves_is_overwritten_and_their_cookies_arrive(front):
    lies = {
        "X_Real_IP": "10.0.0.1",
        "X_Forwarded_For": "10.0.0.1",
        "X_Forwarded_Proto": "https",
        "Forwarded": "for=10.0.0.1",
    }
    more = {"X_Forwarded_Host": "evil.example", "X_Request_ID": "mine", "Cookie": "sessionid=abc; csrftoken=def"}
    _, body = ask(front, "GET", "/a%20path?q=1", Host="prowl.example", **lies, **more)
    method, path, sent = json.loads(body)
    heard = {name.lower(): value for name, value in sent}
    assert (method, path, heard["host"]) == ("GET", "/a%20path?q=1", "prowl.example")
    assert (heard["x-real-ip"], heard["x-forwarded-for"], heard["x-forwarded-proto"]) == (
        "127.0.0.1",
        "127.0.0.1",
        "http",
    )
    assert heard["cookie"] == "sessionid=abc; csrftoken=def"
    assert len(heard["x-request-id"]) == 32
    assert not {"forwarded", "x-forwarded-host"} & heard.keys()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PURGE", "/", 405), ("GET", "/metrics", 404), ("GET", "/%6detrics", 404), ("GET", "/metrics/x", 404)],
)
def test_purges_and_figures_are_not_for_the_outside(front, method, path, status):
    assert ask(front, method, path, xkey_purge="public")[0] == status
