"""Start a RabbitMQ of our own on loopback, run a command with its address in CELERY_BROKER_URL, and stop it.

    python deploy/bin/rabbitmq.py [--data DIR] COMMAND …

It has an epmd of its own too, so that it neither meets nor leaves behind another. For development and tests.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from mongod import free_port, run

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""The script itself: what Debian puts on the path changes to a user who may not write to our folders."""
EPMD = "epmd"
PATIENCE_SECONDS = 90.0


def lacking() -> str:
    """Return what is missing to run it, empty if nothing is."""
    return "" if PROGRAM.exists() else "rabbitmq-server"


class RabbitMQ:
    """Killed or stopped it may be started again, with its durable queues."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self._epmd_port, self._distribution_port = folder, *(free_port() for _ in range(3))
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rabbitmq.conf").write_text(
            "loopback_users = none\nvm_memory_high_watermark.absolute = 256MB\ndisk_free_limit.absolute = 50MB\n"
        )

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self, *, wait: bool = True) -> None:
        """Start it; by default wait until it takes clients."""
        environ = {
            **os.environ,
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": "prowl@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
        }
        with (self.folder / "console.log").open("ab") as log:
            # Else the server starts one as a daemon, which outlives it.
            epmd = [EPMD, "-address", "127.0.0.1", "-port", str(self._epmd_port)]
            self._epmd = subprocess.Popen(epmd, stdout=log, stderr=log)
            self.process = subprocess.Popen([PROGRAM], env=environ, stdout=log, stderr=log, start_new_session=True)
        if wait:
            self._wait_until_up()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.answers():
            if self.process is None or self.process.poll() is not None:
                sys.exit(f"RabbitMQ stopped: {(self.folder / 'console.log').read_text()[-1500:]}")
            if time.monotonic() > deadline:
                sys.exit(f"RabbitMQ did not answer on port {self.port} within {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.1)

    def answers(self) -> bool:
        """Say whether it speaks AMQP: to what it can't read it answers with its own header."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
                client.sendall(b"AMQP\x09\x09\x09\x09")
                return client.recv(4) == b"AMQP"
        except OSError:
            return False

    def stop(self) -> None:
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        self._end(20)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        self._end(20)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        """The server is a child of its start script: both are of one session."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def _end(self, seconds: float) -> None:
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self._signal(signal.SIGKILL)
        self.process.wait()
        self._epmd.kill()
        self._epmd.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    if missing := lacking():
        sys.exit(f"{missing} is missing: `make servers PROFILE=tiger` gets it")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        folder = chosen.data and chosen.data.resolve()
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="prowl-rabbitmq-"))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = RabbitMQ(folder)
        stack.callback(server.stop)
        server.start()
        return run(chosen.command, CELERY_BROKER_URL=server.url)


if __name__ == "__main__":
    sys.exit(main())
