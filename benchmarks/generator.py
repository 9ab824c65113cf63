"""An open-loop generator: every ask is sent at its moment, whatever has become of those before, and its time is counted
from that moment on, so that what waits behind a slow answer is not forgotten.
"""

import asyncio
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import aiohttp

from .asks import SIGN_IN, Ask

PATIENCE_SECONDS = 15
_AT_ONCE = 4
_LOGGED_IN = b"Log out"


@dataclass(frozen=True)
class Answer:
    """``status`` 0: none came. ``is_known``: the site knew who asked. ``seconds`` since it should have been sent."""

    ask: Ask
    status: int
    is_known: bool
    seconds: float

    @property
    def is_right(self) -> bool:
        return self.is_known and self.status in (200, 302, 303)


class Browsers:
    """Everybody's browser. ``links`` are the addresses by which people sign in."""

    def __init__(self, url: str, links: Mapping[UUID, str]) -> None:
        self.url, self.links = url, links
        self.cookies: dict[UUID, dict[str, str]] = {}

    async def play(self, asks: Iterable[Ask]) -> list[Answer]:
        """Send each of ``asks``, which are in the order of their moments, and return all answers."""
        async with self._client() as client:
            start, sent = time.perf_counter(), []
            for ask in asks:
                if (wait := start + ask.at - time.perf_counter()) > 0:
                    await asyncio.sleep(wait)
                sent.append(asyncio.create_task(self._answered(client, ask, start + ask.at)))
            return await asyncio.gather(*sent)

    async def sign_in(self, people: Sequence[UUID]) -> None:
        await self.in_turn([Ask(0, SIGN_IN, who, self.links[who], {}) for who in people])

    async def in_turn(self, asks: Iterable[Ask]) -> None:
        """Send ``asks`` as fast as they are answered, some at a time; nobody measures it. All must be answered right."""
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(ask: Ask) -> None:
            async with turn:
                answer = await self._answered(client, ask, time.perf_counter())
            if not answer.is_right:
                raise RuntimeError(f"{ask.kind} was answered {answer.status}")

        async with self._client() as client:
            await asyncio.gather(*(one(ask) for ask in asks))

    def _client(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS),
        )

    async def _answered(self, client: aiohttp.ClientSession, ask: Ask, due: float) -> Answer:
        try:
            status, is_known = await self._send(client, ask)
        except (aiohttp.ClientError, TimeoutError, OSError):
            status, is_known = 0, True
        return Answer(ask, status, is_known, time.perf_counter() - due)

    async def _send(self, client: aiohttp.ClientSession, ask: Ask) -> tuple[int, bool]:
        own = self.cookies.setdefault(ask.who, {"csrftoken": secrets.token_hex(16)})
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in own.items())}
        form = None if ask.form is None else {**ask.form, "csrfmiddlewaretoken": own["csrftoken"]}
        method = "GET" if form is None else "POST"
        async with client.request(
            method, self.url + ask.path, data=form, headers=headers, allow_redirects=False
        ) as got:
            body = await got.read()
            if ask.kind == SIGN_IN:
                own.update({name: morsel.value for name, morsel in got.cookies.items() if morsel.value})
            if method == "GET":
                return got.status, got.status >= 400 or _LOGGED_IN in body
            return got.status, "/accounts/login/" not in got.headers.get("Location", "")
