"""An Nginx of a test's own, with the tier's rules in front of the test's servers."""

from collections.abc import Sequence
from pathlib import Path

from deploy.bin.tier.parts import nginx
from deploy.bin.tier.ports import free_port
from deploy.bin.tier.site import Site, located

PROGRAM = located("nginx")


class Nginx:
    """People come in at ``url``; without Varnish the front goes to the servers itself."""

    def __init__(self, folder: Path, *, ports: Sequence[int]) -> None:
        inner, port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        site = Site("cheetah", folder, {})
        self.part = nginx.proxy(site, port=port, inner=inner, edge=inner, servers=ports)
        self.part.start()

    def stop(self) -> None:
        self.part.stop()
