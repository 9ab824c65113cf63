"""A Varnish of a test's own, with the tier's configuration in front of the live server."""

import http.client
from pathlib import Path

from deploy.bin.tier.parts import varnish
from deploy.bin.tier.ports import free_port
from deploy.bin.tier.site import Site, located

PROGRAM = located("varnishd")


class Varnish:
    """``port`` serves, ``purges`` takes purges."""

    def __init__(self, folder: Path, *, backend: int) -> None:
        site = Site("big_cat", folder, {})
        self.port, self.purges = free_port(), site.port("purges")
        self.part = varnish.cache(site, port=self.port, backend=backend)
        self.part.start()
        self.stop = self.part.stop

    def ask(
        self, method: str, path: str, *, port: int | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Return status, headers and body of one request. ``_`` in a header's name is a hyphen."""
        client = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        try:
            client.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = client.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            client.close()

    def get(self, path: str, **headers: str) -> tuple[str, str]:
        """Return "hit" or "miss", and the body of a page."""
        status, said, body = self.ask("GET", path, **headers)
        assert status == http.HTTPStatus.OK, body
        return str(said["X-Cache"]), body
