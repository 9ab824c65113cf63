"""Somebody's browser: it keeps cookies and a connection, and sends forms with their token. Quick, so that load is cheap."""

import http.client
import re
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.waiting import PATIENCE

NONE = 0
_NAMED = re.compile(r'<a href="/@([^/"]+)/">(?:(?!</a>).)*Your profile', re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """What came back; ``status`` is 0 where nothing did: the connection broke, or it took too long."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_unknown(self) -> bool:
        """Say whether what was asked for may have been done, or may still be."""
        return self.status == NONE or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def whose(self) -> str:
        """Return the name of who is logged in, as the page says; empty for nobody."""
        found = _NAMED.search(self.body)
        return found[1] if found else ""


class Browser:
    """One person's; not for two threads at once. ``agent`` is what it calls itself."""

    def __init__(self, url: str, *, agent: str = "a browser of a test", timeout: float = 20 * PATIENCE) -> None:
        self.cookies: dict[str, str] = {}
        self.agent = agent
        self.timeout = timeout
        self._connection: http.client.HTTPConnection | None = None
        self.go_to(url)

    def go_to(self, url: str) -> None:
        """Ask ``url`` from now on; the cookies stay."""
        self.url = url
        self.close()

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def send(self, path: str, **fields: str) -> Answer:
        """Send a form. Where it leads to is in the header ``location``, and not looked at."""
        data = urlencode({"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **fields})
        return self._ask("POST", path, data, {"Content-Type": "application/x-www-form-urlencoded"})

    def log_in(self, name: str, password: str) -> Answer:
        """Log in by the form; return the answer to it, whose status is 302 when it was taken."""
        page = self.get("/accounts/login/")
        return page if page.is_unknown else self.send("/accounts/login/", login=name, password=password)

    def _ask(self, method: str, path: str, data: str | None, headers: dict[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {
            "Cookie": cookies,
            "User-Agent": self.agent,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        try:
            if self._connection:
                # Nginx closes what is idle when it reloads. A browser asks again, on another connection.
                with suppress(ConnectionError):
                    return self._answered(self._connection, method, path, data, headers)
                self.close()
            where = urlsplit(self.url)
            self._connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=self.timeout)
            return self._answered(self._connection, method, path, data, headers)
        except (OSError, http.client.HTTPException):
            self.close()
            return Answer(NONE)

    def _answered(
        self, connection: http.client.HTTPConnection, method: str, path: str, data: str | None, headers: dict[str, str]
    ) -> Answer:
        connection.request(method, path, body=data, headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        self._keep(answer.headers.get_all("Set-Cookie") or [])
        return Answer(answer.status, body, {name.lower(): value for name, value in answer.headers.items()})

    def _keep(self, said: list[str]) -> None:
        for line in said:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.coded_value
