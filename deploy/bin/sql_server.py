"""Start a PostgreSQL or MariaDB of our own on loopback, run a command with its address, and stop it.

    python deploy/bin/sql_server.py postgresql|mariadb COMMAND …

COMMAND finds the address in DATABASE_URL. The files live in a temporary folder that is deleted at the end: this is for
tests, so nothing waits for a disk. Started by root, who may not run such a server, it runs as ``nobody``.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mongod import free_port, run

PATIENCE_SECONDS = 30.0
FOLDERS = ["/usr/sbin", "/usr/bin", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]


def program(name: str, package: str) -> str:
    """Return the path of a program, or exit saying how to get it."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *FOLDERS]))
    return found or sys.exit(f"{name} is missing: `make servers PROFILE={package}` installs it")


def quietly(*command: str | Path, user: str | None) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, user=user, cwd="/")
    if done.returncode:
        sys.exit(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-600:]}")


def postgresql(folder: Path, port: int, user: str | None) -> tuple[list[str], str]:
    """Make an empty cluster; return the command that serves it and its address."""
    quietly(
        program("initdb", "postgresql"), "-D", folder / "data", "-U", "prowl", "-A", "trust", "-E", "UTF8",
        "--locale=C.UTF-8", "--no-sync", user=user,
    )  # fmt: skip
    options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off"]
    serve = [program("postgres", "postgresql"), "-D", str(folder / "data")]
    return [
        *serve,
        *(word for option in options for word in ("-c", option)),
    ], f"postgres://prowl@127.0.0.1:{port}/postgres"


def mariadb(folder: Path, port: int, user: str | None) -> tuple[list[str], str]:
    """Make an empty data folder; return the command that serves it and its address."""
    common = ["--no-defaults", f"--datadir={folder / 'data'}"]
    install = program("mariadb-install-db", "mariadb")
    quietly(install, *common, "--auth-root-authentication-method=normal", "--skip-test-db", user=user)
    (folder / "first.sql").write_text("CREATE DATABASE prowl;\n")
    serve = [
        *(program("mariadbd", "mariadb"), *common, f"--port={port}", "--bind-address=127.0.0.1"),
        *(f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}", "--innodb-flush-log-at-trx-commit=0"),
        f"--init-file={folder / 'first.sql'}",
        *("--character-set-server=utf8mb4", "--collation-server=utf8mb4_bin"),
    ]
    return serve, f"mysql://root@127.0.0.1:{port}/prowl"


KINDS: dict[str, Callable[[Path, int, str | None], tuple[list[str], str]]] = {
    "postgresql": postgresql,
    "mariadb": mariadb,
}


STOPS = {"postgresql": signal.SIGINT, "mariadb": signal.SIGTERM}
"""To each: stop in order, without waiting for whoever is connected."""


def wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not answers(port):
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"the server did not start on 127.0.0.1:{port}: {log.read_text()[-600:]}")
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main() -> int:
    if len(sys.argv) < 3 or sys.argv[1] not in KINDS:
        sys.exit(__doc__)
    user, port = "nobody" if os.geteuid() == 0 else None, free_port()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="prowl-sql-"))
    if user:
        shutil.chown(folder, user)
    try:
        serve, address = KINDS[sys.argv[1]](folder, port, user)
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(serve, stdout=log, stderr=log, start_new_session=True, user=user, cwd="/")
        try:
            wait_for(server, port, folder / "log")
            return run(sys.argv[2:], DATABASE_URL=address)
        finally:
            server.send_signal(STOPS[sys.argv[1]])
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
