"""Start two Redis servers of our own on loopback, run a command with their addresses, and stop them.

    python deploy/bin/redis_servers.py COMMAND …

One evicts nothing (REDIS_URL: sessions, limits, queue), one may evict everything (REDIS_CACHE_URL: timelines, rendered
posts). They keep nothing on disk: this is for development and tests.
"""

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from mongod import free_port, run

PATIENCE_SECONDS = 10.0
KEEPS = ["--maxmemory", "256mb", "--maxmemory-policy", "noeviction"]
EVICTS = ["--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru", "--zset-max-listpack-entries", "256"]


def start(program: str, folder: str, options: list[str]) -> tuple[subprocess.Popen[bytes], str]:
    """Start a server and wait until it answers; return it and its address."""
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not answers(port):
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            sys.exit(f"redis-server did not start on 127.0.0.1:{port} within {PATIENCE_SECONDS:.0f} s")
        time.sleep(0.02)
    return server, f"redis://127.0.0.1:{port}"


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as client:
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def main() -> int:
    program = shutil.which("redis-server")
    if program is None:
        sys.exit(
            "redis-server is missing: `make servers PROFILE=cheetah` installs it (on Debian: apt install redis-server)"
        )
    if not sys.argv[1:]:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="prowl-redis-")
    servers: list[subprocess.Popen[bytes]] = []
    environ: dict[str, str] = {}
    try:
        for name, options in (("REDIS_URL", KEEPS), ("REDIS_CACHE_URL", EVICTS)):
            server, environ[name] = start(program, folder, options)
            servers.append(server)
        return run(sys.argv[1:], **environ)
    finally:
        for server in servers:
            server.terminate()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
