"""RabbitMQ, with an epmd of its own, so that it neither meets nor leaves behind another."""

import re
import secrets
import shlex
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.bin.tier.part import Part
from deploy.bin.tier.ports import accepts
from deploy.bin.tier.site import DEPLOY, Site

_PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""The script itself: what Debian puts on the path changes to a user who may not write to our folders."""
_CONFIGURATION = "loopback_users = none\nvm_memory_high_watermark.absolute = 256MB\ndisk_free_limit.absolute = 50MB\n"
_CLUSTERED = 3


def broker(site: Site) -> list[Part]:
    """Return one broker, with an epmd that ends with it: else the server starts one as a daemon, which outlives it."""
    if site.has("CELERY_BROKER_URL"):
        return []
    command = f"{shlex.join(_epmd(site))} & exec {_PROGRAM}"
    return [
        _broker(site, "rabbitmq", ["sh", "-c", command], provides={"CELERY_BROKER_URL": url(site.port("rabbitmq"))})
    ]


def cluster(site: Site) -> list[Part]:
    """Return an epmd and three brokers of one cluster, by the file that production has. They join the first, which must be
    ready before.
    """
    shipped = (DEPLOY / "tiger" / "rabbitmq" / "cluster.conf").read_text()
    formation = re.sub(r"rabbit@(rabbitmq-\d)", r"\1@localhost", shipped)
    names = [f"rabbitmq-{number}" for number in range(1, _CLUSTERED + 1)]
    cookie = f" -setcookie {secrets.token_hex()}"
    epmd = site.part("epmd", "epmd", _epmd(site), port=site.port("epmd"), is_ready=lambda part: accepts(part.port))
    return [epmd, *(_broker(site, name, [_PROGRAM], formation, cookie) for name in names)]


def url(port: int) -> str:
    return f"amqp://guest:guest@127.0.0.1:{port}//"


def _epmd(site: Site) -> list[str]:
    return ["epmd", "-address", "127.0.0.1", "-port", str(site.port("epmd"))]


def _broker(
    site: Site,
    name: str,
    command: Sequence[object],
    formation: str = "",
    cookie: str = "",
    provides: Mapping[str, str] | None = None,
) -> Part:
    port, folder = site.port(name), site.folder / name
    if not _PROGRAM.exists():
        site.missing.append(
            f"rabbitmq-server is missing: `make servers PROFILE={site.profile}` gets it (as root, on Debian)."
        )
    environ = {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"{name}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(site.port(f"{name}-distribution")),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            f"-kernel inet_dist_use_interface {{127,0,0,1}}{cookie} +S 2:2 +sbwt none"
        ),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(site.port("epmd")),
    }
    files = {folder / "rabbitmq.conf": f"{_CONFIGURATION}{formation}\n"}
    return site.part(
        name, "rabbitmq", command, port=port, is_ready=speaks_amqp, provides=provides, environ=environ, files=files,
        is_store=True,
    )  # fmt: skip


def speaks_amqp(part: Part) -> bool:
    """Say whether it is up: to what it can't read it answers with its own header."""
    try:
        with socket.create_connection(("127.0.0.1", part.port), timeout=1) as client:
            client.sendall(b"AMQP\x09\x09\x09\x09")
            return client.recv(4) == b"AMQP"
    except OSError:
        return False
