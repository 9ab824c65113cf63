"""RabbitMQ, with an epmd of its own, so that it neither meets nor leaves behind another."""

import socket
from pathlib import Path

from deploy.bin.tier.part import Part
from deploy.bin.tier.site import Site

_PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""The script itself: what Debian puts on the path changes to a user who may not write to our folders."""
_CONFIGURATION = "loopback_users = none\nvm_memory_high_watermark.absolute = 256MB\ndisk_free_limit.absolute = 50MB\n"


def broker(site: Site) -> list[Part]:
    if site.has("CELERY_BROKER_URL"):
        return []
    port, folder, epmd = site.port("rabbitmq"), site.folder / "rabbitmq", site.port("epmd")
    if not _PROGRAM.exists():
        site.missing.append(
            f"rabbitmq-server is missing: `make servers PROFILE={site.profile}` gets it (as root, on Debian)."
        )
    # Else the server starts an epmd as a daemon, which outlives it.
    command = ["sh", "-c", f"epmd -address 127.0.0.1 -port {epmd} & exec {_PROGRAM}"]
    environ = {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": "prowl@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(site.port("rabbitmq-distribution")),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(epmd),
    }
    provides = {"CELERY_BROKER_URL": f"amqp://guest:guest@127.0.0.1:{port}//"}
    return [
        site.part(
            "rabbitmq",
            "rabbitmq",
            command,
            port=port,
            is_ready=speaks_amqp,
            provides=provides,
            environ=environ,
            files={folder / "rabbitmq.conf": _CONFIGURATION},
            is_store=True,
        )
    ]


def speaks_amqp(part: Part) -> bool:
    """Say whether it is up: to what it can't read it answers with its own header."""
    try:
        with socket.create_connection(("127.0.0.1", part.port), timeout=1) as client:
            client.sendall(b"AMQP\x09\x09\x09\x09")
            return client.recv(4) == b"AMQP"
    except OSError:
        return False
