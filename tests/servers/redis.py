"""A Redis of a test's own."""

from pathlib import Path

from deploy.bin.tier.parts import redis
from deploy.bin.tier.site import Site, located

PROGRAM = located("redis-server")


class RedisServer:
    """A server without persistence; a killed one is started again on the same port, with what it was told to SAVE."""

    def __init__(self, folder: Path, *options: str) -> None:
        options = ("--appendonly", "no", "--zset-max-listpack-entries", "256", *options)
        self.part = redis.server(Site("cheetah", folder, {}), "redis", options)
        self.port, self.url = self.part.port, f"redis://127.0.0.1:{self.part.port}/0"
        self.start, self.kill = self.part.start, self.part.kill
        self.freeze, self.thaw = self.part.freeze, self.part.thaw
        self.start()

    def stop(self) -> None:
        """End it, frozen or not."""
        self.thaw()
        self.kill()

    def answers(self) -> bool:
        return redis.answers(self.part)
