"""A Cassandra cluster: a JVM per node, on 127.0.0.1, 127.0.0.2 … of one port, from the jars of ``deploy/tiger/cassandra``.

Its nodes share the ring evenly from the start. All are seeds, so that they may start at the same time; whoever joins later
(``joining``) is none, and fetches its part of what is there.
"""

import os
import string
import subprocess
from pathlib import Path

from cassandra import DriverException
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, NoHostAvailable
from cassandra.policies import WhiteListRoundRobinPolicy

from deploy.bin.tier.errors import TierError
from deploy.bin.tier.part import Part
from deploy.bin.tier.ports import accepts
from deploy.bin.tier.site import DEPLOY, Site

NODES = 3
HOME = Path(os.environ.get("CASSANDRA_HOME", "/opt/cassandra-5.0.9"))
_HEAP = os.environ.get("CASSANDRA_HEAP", "384m")
_CONFIGURATION = DEPLOY / "tiger" / "cassandra"
_TOKENS = [-(2**63), -(2**63) // 3, 2**63 // 3, 0]
"""Where the nodes stand on the ring: three share it evenly, the fourth halves a share."""
_JOINS_WITHIN_MS = 10_000
"""So long a node that joins waits for one of the others to answer: among people who use them, founders' 1 s is too short."""


def cluster(site: Site) -> list[Part]:
    if site.has("CASSANDRA_HOSTS"):
        return []
    return [_node(site, number) for number in range(1, NODES + 1)]


def joining(site: Site) -> Part:
    """Return a fourth node, which bootstraps when it is started."""
    return _node(site, NODES + 1)


def nodetool(site: Site, part: Part, *command: str) -> str:
    """Tell a node something, as by Cassandra's program of that name; return what it said."""
    words = [
        *(site.program("java"), f"@{_CONFIGURATION}/jvm.options", "-Xmx64m", "-cp", f"{HOME}/lib/*"),
        "-Dcom.sun.jndi.rmiURLParsing=legacy",
        f"-Dlogback.configurationFile={_CONFIGURATION}/logback.xml",
        f"-Dcassandra.logdir={site.folder / part.name}",
        *("org.apache.cassandra.tools.NodeTool", "-p", str(site.port(f"{part.name}-jmx")), *command),
    ]
    run = subprocess.run(
        words, check=False, capture_output=True, text=True, env={**os.environ, "HOME": str(site.folder)}
    )
    if run.returncode:
        raise TierError(f"nodetool {command[0]} on {part.name} failed:\n{(run.stderr or run.stdout)[-3000:]}")
    return run.stdout


def _node(site: Site, number: int) -> Part:
    name, port = f"cassandra-{number}", site.port("cassandra")
    folder, conf = site.folder / name, site.folder / name / "conf"
    agent = next(iter(HOME.glob("lib/jamm-*.jar")), None)
    if agent is None:
        site.missing.append(
            f"Cassandra is not in {HOME}: `make servers PROFILE={site.profile}` gets it (as root, on Debian)."
        )
    command = [
        *(
            site.program("java"),
            f"@{_CONFIGURATION}/jvm.options",
            f"-Xms{_HEAP}",
            f"-Xmx{_HEAP}",
            f"-javaagent:{agent}",
            f"-XX:ErrorFile={site.folder / name}.crash",  # not in the checkout, nor on the node's disk, which may be full
        ),
        *([f"-Dcassandra.ring_delay_ms={_JOINS_WITHIN_MS}"] if number > NODES else []),
        f"-Dcassandra.config=file://{conf}/cassandra.yaml",
        f"-Dcassandra.storagedir={folder}",
        f"-Dcassandra.triggers_dir={conf}/triggers",
        f"-Dcassandra.logdir={folder}",
        f"-Dcassandra.jmx.local.port={site.port(f'{name}-jmx')}",
        f"-Dlogback.configurationFile={_CONFIGURATION}/logback.xml",
        *("-cp", f"{HOME}/lib/*", "org.apache.cassandra.service.CassandraDaemon"),
    ]
    founders = [_address(n) for n in range(1, NODES + 1)]
    configuration = string.Template((_CONFIGURATION / "cassandra.yaml").read_text()).substitute(
        TOKEN=_TOKENS[number - 1], BOOTSTRAP=str(number > NODES).lower(), SEEDS=",".join(founders), ADDRESS=_address(number),
        STORAGE_PORT=site.port("cassandra-storage"), PORT=port, FOLDER=folder,
    )  # fmt: skip
    provides = {"CASSANDRA_HOSTS": ",".join(founders), "CASSANDRA_PORT": str(port)}
    return site.part(
        name, "cassandra", command, port=port, is_ready=_knows_the_others, provides=provides,
        files={conf / "cassandra.yaml": configuration}, folders=[conf / "triggers"], is_store=True,
        schema="sync_cassandra",
    )  # fmt: skip


def address_of(part: Part) -> str:
    """Return the address on which a node listens, for clients and for other nodes."""
    return _address(_number(part))


def _number(part: Part) -> int:
    return int(part.name.rpartition("-")[2])


def _address(number: int) -> str:
    return f"127.0.0.{number}"


def _knows_the_others(part: Part) -> bool:
    """Say whether the node takes clients and has met all others: a driver that asks too early sees some of them only."""
    number, address = _number(part), address_of(part)
    if not accepts(part.port, address):  # The driver would tell of each try at length.
        return False
    try:
        asked = {EXEC_PROFILE_DEFAULT: ExecutionProfile(WhiteListRoundRobinPolicy([address]))}
        with Cluster(
            [address], port=part.port, execution_profiles=asked, connect_timeout=2, protocol_version=5
        ) as driver:
            session = driver.connect()
            return len(list(session.execute("SELECT peer FROM system.peers_v2"))) >= NODES - (number <= NODES)
    except (DriverException, NoHostAvailable, OSError):
        return False
