"""An Nginx of a test's own, with the tier's rules in front of the test's servers."""

from collections.abc import Sequence
from pathlib import Path

from deploy.bin.tier import Part
from deploy.bin.tier.parts import nginx
from deploy.bin.tier.ports import free_port
from deploy.bin.tier.site import Site, located

PROGRAM = located("nginx")


class Nginx:
    """People come in at ``url``; without Varnish the front goes to the servers itself."""

    def __init__(self, folder: Path, *, ports: Sequence[int]) -> None:
        self.site, self.inner, self.port = Site("cheetah", folder, {}), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.part = self._planned(ports)
        self.part.start()
        self.stop = self.part.stop

    def spread_over(self, ports: Sequence[int]) -> None:
        """Let servers join or leave."""
        self.part.files = self._planned(ports).files
        self.part.reload()

    def _planned(self, ports: Sequence[int]) -> Part:
        return nginx.proxy(self.site, port=self.port, inner=self.inner, edge=self.inner, servers=ports)
