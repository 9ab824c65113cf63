"""Free ports on loopback."""

import os
import random
import socket

_RANGE = range(10_000, 32_768)
"""Below those that the system gives to outgoing connections, one of which could take the port of a server that restarts."""
_promises: list[int] = []
_MOST_PROMISES = 200


def free_port() -> int:
    """Return a port on which nobody listens, and that was promised to no other part, of this tier or of one that starts
    beside it.
    """
    while True:
        port = random.SystemRandom().choice(_RANGE)
        if is_free(port) and _promise(port):
            return port


def _promise(port: int) -> bool:
    """Promise a port, until this process ends or has long used it; return False if it was promised before."""
    mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        mark.bind(f"\0prowl-port-{port}")  # Linux keeps such a name for one holder, and forgets it with them.
    except OSError:
        mark.close()
        return False
    _promises.append(mark.detach())
    if len(_promises) > _MOST_PROMISES:
        os.close(_promises.pop(0))
    return True


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
