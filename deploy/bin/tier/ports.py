"""Free ports on loopback."""

import random
import socket

_RANGE = range(10_000, 32_768)
"""Below those that the system gives to outgoing connections, one of which could take the port of a server that restarts."""


def free_port() -> int:
    while True:
        port = random.SystemRandom().choice(_RANGE)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def accepts(port: int, host: str = "127.0.0.1") -> bool:
    """Say whether somebody listens on ``port``."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
