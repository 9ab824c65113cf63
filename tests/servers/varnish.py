"""A Varnish of a test's own, with the tier's configuration in front of the live server."""

import http.client
import shutil
import socket
import subprocess
from pathlib import Path

from tests.waiting import wait_until

PROGRAM = shutil.which("varnishd") or (p if Path(p := "/usr/sbin/varnishd").exists() else "")
VCL = Path(__file__).parents[2] / "deploy" / "big_cat" / "varnish.vcl"


class Varnish:
    """``port`` serves, ``purges`` takes purges."""

    def __init__(self, folder: Path, *, backend: int) -> None:
        self.port, self.purges = _free_port(), _free_port()
        vcl = folder / "site.vcl"
        vcl.write_text(VCL.read_text().replace('.port = "8000"', f'.port = "{backend}"'))
        command = [PROGRAM, "-F", "-j", "none", "-n", folder / "work", "-f", vcl, "-s", "malloc,32m"]
        command += ["-a", f"http=127.0.0.1:{self.port}", "-a", f"purge=127.0.0.1:{self.purges}"]
        self.log = (folder / "varnish.log").open("ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        wait_until(self.answers, seconds=20, what=f"Varnish, whose log is {self.log.name},")

    def answers(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(Path(self.log.name).read_text())
        try:
            return self.ask("PURGE", "/", port=self.purges)[0] == http.HTTPStatus.BAD_REQUEST
        except OSError:
            return False

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

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
