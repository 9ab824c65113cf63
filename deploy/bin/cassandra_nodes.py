"""Start a Cassandra cluster of our own on loopback, run a command with its addresses, and stop it.

    python deploy/bin/cassandra_nodes.py [--nodes 3] [--data DIR] COMMAND …

One JVM per node, on 127.0.0.1, 127.0.0.2 … of a free port; COMMAND finds the addresses in CASSANDRA_HOSTS and
CASSANDRA_PORT. `make servers PROFILE=tiger` fetches the program (deploy/tiger/cassandra/pom.xml). This is for development
and tests: a node has 384 MB of heap, and without --data its files are deleted at the end.
"""

import argparse
import os
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from mongod import free_port, run

CONFIGURATION = Path(__file__).parents[1] / "tiger" / "cassandra"
HOME = Path(os.environ.get("CASSANDRA_HOME", "/opt/cassandra-5.0.9"))
HEAP = os.environ.get("CASSANDRA_HEAP", "384m")
PATIENCE_SECONDS = 180.0
TOKENS = [-(2**63), -(2**63) // 3, 2**63 // 3, 0]
"""Where the nodes stand on the ring: three share it evenly, the fourth halves a share."""
FOUNDERS = 3
"""A node beyond these joins a cluster that has data, and fetches its part."""


def lacking() -> str:
    """Return what is missing to run a node, empty if nothing is."""
    if shutil.which("java") is None:
        return "java"
    return "" if list(HOME.glob("lib/cassandra-all-*.jar")) else f"Cassandra in {HOME}"


class Node:
    """One node, ``number`` from 1 on. Killed or stopped it may be started again, with its data."""

    def __init__(self, number: int, folder: Path, *, port: int, storage_port: int, nodes: int = FOUNDERS) -> None:
        self.number, self.folder, self.port, self.storage_port = number, folder, port, storage_port
        self.address = f"127.0.0.{number}"
        self.jmx_port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        (folder / "conf" / "triggers").mkdir(parents=True, exist_ok=True)
        (folder / "conf" / "cassandra.yaml").write_text(self._configuration(nodes))

    def _configuration(self, nodes: int) -> str:
        template = string.Template((CONFIGURATION / "cassandra.yaml").read_text())
        return template.substitute(
            TOKEN=TOKENS[self.number - 1] if nodes > 1 else TOKENS[0],
            BOOTSTRAP=str(self.number > FOUNDERS).lower(),
            SEED="127.0.0.1",
            ADDRESS=self.address,
            STORAGE_PORT=self.storage_port,
            PORT=self.port,
            FOLDER=self.folder,
        )

    def start(self, *, wait: bool = True) -> None:
        """Start it; by default wait until it takes clients."""
        (agent,) = HOME.glob("lib/jamm-*.jar")
        folder, conf = self.folder, self.folder / "conf"
        command = [
            *("java", f"@{CONFIGURATION / 'jvm.options'}", f"-Xms{HEAP}", f"-Xmx{HEAP}", f"-javaagent:{agent}"),
            f"-Dcassandra.config=file://{conf}/cassandra.yaml",
            f"-Dcassandra.storagedir={folder}",
            f"-Dcassandra.triggers_dir={conf}/triggers",
            f"-Dcassandra.logdir={folder}",
            f"-Dcassandra.jmx.local.port={self.jmx_port}",
            f"-Dlogback.configurationFile={CONFIGURATION}/logback.xml",
            *("-cp", f"{HOME}/lib/*", "org.apache.cassandra.service.CassandraDaemon"),
        ]
        with (folder / "console.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        if wait:
            self.wait_until_up()

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.answers():
            if self.process is None or self.process.poll() is not None:
                sys.exit(f"node {self.number} stopped: {(self.folder / 'console.log').read_text()[-1500:]}")
            if time.monotonic() > deadline:
                sys.exit(f"node {self.number} did not answer on {self.address} within {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            with socket.create_connection((self.address, self.port), timeout=1):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        """Stop it, which drains it first."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


class Cluster:
    """``nodes`` nodes on one port, each on an address of its own."""

    def __init__(self, folder: Path, *, nodes: int = FOUNDERS) -> None:
        self.port, self.storage_port = free_port(), free_port()
        self.folder = folder
        self.nodes = [self.node(number, nodes=nodes) for number in range(1, nodes + 1)]

    def node(self, number: int, *, nodes: int = FOUNDERS) -> Node:
        folder = self.folder / f"node{number}"
        return Node(number, folder, port=self.port, storage_port=self.storage_port, nodes=nodes)

    def start(self) -> None:
        """Start the nodes one after the other: two that join at the same time don't see each other."""
        for node in self.nodes:
            node.start()

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()

    @property
    def environ(self) -> dict[str, str]:
        return {
            "CASSANDRA_HOSTS": ",".join(node.address for node in self.nodes),
            "CASSANDRA_PORT": str(self.port),
            "CASSANDRA_REPLICATION": str(min(len(self.nodes), 3)),
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--nodes", type=int, default=FOUNDERS)
    parser.add_argument("--data", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    if missing := lacking():
        sys.exit(f"{missing} is missing: `make servers PROFILE=tiger` gets it")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        if chosen.data is None:
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="prowl-cassandra-", ignore_cleanup_errors=True))
            )
        else:
            folder = chosen.data.resolve()
        cluster = Cluster(folder, nodes=chosen.nodes)
        stack.callback(cluster.stop)
        cluster.start()
        return run(chosen.command, **cluster.environ)


if __name__ == "__main__":
    sys.exit(main())
