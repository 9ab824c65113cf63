"""A Redis Cluster of a test's own: three masters, a replica of each."""

import subprocess
from pathlib import Path

import redis

from apps.core.backends.redis import breaker_of
from deploy.bin.tier.parts.redis import IN_CLUSTER
from deploy.bin.tier.ports import free_port
from tests.waiting import wait_until

from .redis import RedisServer

MASTERS = 3


class RedisClusterServers:
    def __init__(self, folder: Path, *options: str) -> None:
        self.servers: list[RedisServer] = []
        for number in range(2 * MASTERS):
            (folder / str(number)).mkdir()
            config = [
                *IN_CLUSTER,
                "--cluster-port",
                str(free_port()),
            ]  # else ten thousand above the other, where that exists
            self.servers.append(RedisServer(folder / str(number), *config, *options))
        self.url = ",".join(server.url for server in self.servers)
        addresses = [f"127.0.0.1:{server.port}" for server in self.servers]
        command = ["redis-cli", "--cluster", "create", *addresses, "--cluster-replicas", "1", "--cluster-yes"]
        subprocess.run(command, check=True, capture_output=True)
        wait_until(self.is_whole, seconds=20, what="a Redis Cluster with its replicas")

    def is_whole(self) -> bool:
        """Say whether all nodes agree that every slot is served, every master has a replica, which follows it, and all live.

        Of a master that was called dead a replica may take over after it has come back.
        """
        for server in self.servers:
            with redis.Redis(port=server.port) as client:
                if client.cluster("info")["cluster_state"] != "ok":
                    return False
                if client.info("replication").get("master_link_status", "up") != "up":
                    return False
                flags = [node["flags"] for node in client.cluster("nodes").values()]
                if any("fail" in said for said in flags) or sum("slave" in said for said in flags) != MASTERS:
                    return False
        return True

    def mend(self) -> None:
        """Let everybody live again, and close the breakers on whoever did not."""
        for server in self.servers:
            server.thaw()
            if not server.part.is_alive():
                server.start()
            breaker_of("127.0.0.1", server.port).close()
        wait_until(self.is_whole, seconds=20, what="a whole Redis Cluster")

    def master_of(self, slot: int) -> RedisServer:
        return self.holders(slot)[0]

    def holders(self, slot: int) -> list[RedisServer]:
        """Return who has a slot: its master, then the replicas, with those CLUSTER SLOTS leaves out until they are in step."""
        by_port = {server.port: server for server in self.servers}
        with redis.Redis(port=next(s for s in self.servers if s.answers()).port) as client:
            nodes = client.cluster("nodes")
        for address, master in nodes.items():
            if any(int(span[0]) <= slot <= int(span[-1]) for span in master["slots"]):
                replicas = [other for other, node in nodes.items() if node["master_id"] == master["node_id"]]
                return [by_port[int(holder.rpartition(":")[2])] for holder in (address, *replicas)]
        raise AssertionError(f"nobody serves slot {slot}")

    def stop(self) -> None:
        for server in self.servers:
            server.stop()
