"""Varnish with our rules in front of the site: a hit beside a bare Varnish's, and 500 people at once."""

import asyncio
import http.client
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from socketserver import ThreadingMixIn
from statistics import median
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.core.handlers.wsgi import WSGIHandler

from apps.web.shared import SHARED_SECONDS
from deploy.bin.tier import Part
from deploy.bin.tier.parts import varnish
from deploy.bin.tier.processes import group
from deploy.bin.tier.site import Site

from .report import Row
from .timing import cpu_of

PAGE = "/explore/"
CLIENTS, PER_CONNECTION = 500, 100
_BARE = 'vcl 4.1; backend default {{ .host = "127.0.0.1"; .port = "{}"; }} sub vcl_backend_response {{ set beresp.ttl = 1h; }}'
_ROUND_SECONDS, _HIT_ROUNDS = 0.25, 40
"""Many short rounds: what else runs on the machine moves the rate by a twentieth, which is more than is looked for."""
_SLOW = 1.0
"""The origin takes so many seconds longer while waiting is looked for: whoever waits for it is seen."""


class Origin(ThreadingMixIn, WSGIServer):
    """The site itself, in threads of this process. It counts what it makes."""

    daemon_threads, request_queue_size = True, CLIENTS

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Quiet)
        self.site, self.made, self.pause = WSGIHandler(), 0, 0.0
        self.set_app(self.answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def answer(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.made += 1
        time.sleep(self.pause)
        return self.site(environ, start_response)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def rows() -> Iterator[Row]:
    with ExitStack() as stack:
        origin = Origin()
        stack.callback(origin.shutdown)
        ours = stack.enter_context(_cache(origin.server_port))
        bare = stack.enter_context(_cache(origin.server_port, rules=_BARE))
        if body(ours) != body(bare):
            raise RuntimeError("the two caches return different pages")
        yield _hits(ours, bare)
        yield from _stampede(origin, ours)
        yield from _expiry(origin, ours)


@contextmanager
def _cache(backend: int, *, rules: str = "") -> Iterator[Part]:
    """Run a Varnish with the tier's rules, or with others."""
    with tempfile.TemporaryDirectory(prefix="prowl-varnish-") as folder:
        site = Site("cheetah", Path(folder), {})
        part = varnish.cache(site, port=site.port("front"), backend=backend)
        if rules:
            files = dict.fromkeys(part.files, rules.format(backend))
            part = replace(part, files=files, is_ready=lambda part: _answers(part.port))
        try:
            part.start()
            yield part
        finally:
            part.stop()


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def body(cache: Part) -> bytes:
    client = http.client.HTTPConnection("127.0.0.1", cache.port, timeout=20)
    client.request("GET", PAGE)
    answer = client.getresponse()
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{PAGE} answered {answer.status}")
    return answer.read()


def _hits(ours: Part, bare: Part) -> Row:
    """Compare hits per second of Varnish's CPU: what a client takes itself would hide the difference."""
    found: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(_HIT_ROUNDS):
        for name, cache in (("ours", ours), ("bare", bare)):
            found[name].append(_rate(cache))
    rates = {name: median(rounds) for name, rounds in found.items()}
    return Row("cached public feed ÷ a hit of a bare Varnish", rates["ours"], rates["bare"], "per CPU s", least=0.97)


def _rate(cache: Part) -> float:
    host = f"Host: 127.0.0.1:{cache.port}\r\n"
    one = f"GET {PAGE} HTTP/1.1\r\n{host}\r\n"
    asked = (one * (PER_CONNECTION - 1) + f"GET {PAGE} HTTP/1.1\r\n{host}Connection: close\r\n\r\n").encode()
    began, hits, until = cpu_of(group(cache.pid)), 0, time.monotonic() + _ROUND_SECONDS
    while time.monotonic() < until:
        with socket.create_connection(("127.0.0.1", cache.port)) as client:
            client.sendall(asked)
            said = b"".join(iter(lambda: client.recv(1 << 20), b""))
        if said.count(b"HTTP/1.1 200") != PER_CONNECTION:
            raise RuntimeError("not every request was answered")
        hits += PER_CONNECTION
    return hits / (cpu_of(group(cache.pid)) - began)


def _stampede(origin: Origin, cache: Part) -> Iterator[Row]:
    _purge(cache)
    origin.made, origin.pause = 0, 0.2
    took = asyncio.run(_crowd(cache.port, CLIENTS, rate=None))
    yield Row(f"pages made for {CLIENTS} who ask for a cold one at once", origin.made, None, "", most=1)
    yield Row("the slowest of them", max(took) * 1000, None, "ms")


def _expiry(origin: Origin, cache: Part) -> Iterator[Row]:
    """Ask steadily until the page has expired; whoever had to wait for a new one took as long as the origin does."""
    _purge(cache)
    origin.pause = 0.0
    body(cache)
    origin.made, origin.pause = 0, _SLOW
    took = asyncio.run(_crowd(cache.port, 50 * (SHARED_SECONDS + 3), rate=50))
    waited = sum(seconds >= _SLOW / 2 for seconds in took)
    yield Row(f"who waited when the page expired, of {len(took)}", waited, None, "", most=0)
    yield Row("pages made meanwhile", origin.made, None, "")


async def _crowd(port: int, count: int, *, rate: float | None) -> list[float]:
    """Let ``count`` clients ask, each on its own connection, ``rate`` a second or all at once; return the seconds taken."""

    async def one(at: float) -> float:
        await asyncio.sleep(at)
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        said = await reader.read()
        writer.close()
        if not said.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"answered {said[:60]!r}")
        return time.perf_counter() - began

    return await asyncio.gather(*(one(at / rate if rate else 0) for at in range(count)))


def _purge(cache: Part) -> None:
    purges = int(cache.environ["PURGE_URLS"].rpartition(":")[2])
    client = http.client.HTTPConnection("127.0.0.1", purges, timeout=5)
    client.request("PURGE", "/", headers={"xkey-purge": "public"})
    if client.getresponse().status != http.HTTPStatus.OK:
        raise RuntimeError("the purge was refused")
