"""A node's disk is full: what it has is moved to a disk of its own, which is then filled to the last byte."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pymongo
from pymongo.errors import PyMongoError
from redis import ResponseError

from deploy.bin.tier import Part, Tier, TierError
from deploy.bin.tier.parts import cassandra, mongodb
from deploy.bin.tier.ports import accepts
from tests.waiting import wait_until

from .harms import Harm, client_of, is_master

if TYPE_CHECKING:
    from .rush import Rush

_SPARE = 64 * 2**20


def lacking() -> str:
    """Return what is missing to mount a disk here, "" if nothing is."""
    asked = subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True, text=True)
    return f"To mount a disk one must be root: {asked.stderr.strip()}" if asked.returncode else ""


def disk_full(
    which: Callable[[Tier], Part], write: Callable[[Tier, Part], None], *, lead: Callable[[Part], None] | None = None
) -> Harm:
    """Fill the disk of a node, chosen when it happens. By ``write`` it notices at once what it would notice within minutes;
    ``lead`` makes it first again in its cluster before. At the end there is room, and the node is started again.
    """

    @contextmanager
    def harm(rush: "Rush") -> Iterator[None]:
        part = which(rush.tier)
        with _on_a_disk_of_its_own(part, rush.tier.site.folder / part.name) as disk:
            if lead:
                lead(part)
            filler = _fill(disk)
            write(rush.tier, part)
            yield
            filler.unlink()
            part.kill()
            part.start()

    return harm


@contextmanager
def _on_a_disk_of_its_own(part: Part, folder: Path) -> Iterator[Path]:
    """Restart a part with its folder on a small disk, and at the end with all that is in it where it was before."""
    aside = folder.with_suffix(".aside")
    part.stop()
    folder.rename(aside)
    folder.mkdir()
    try:
        with _mounted(folder, sum(file.stat().st_blocks * 512 for file in aside.rglob("*")) + _SPARE):
            shutil.copytree(aside, folder, dirs_exist_ok=True)
            try:
                part.start()
                yield folder
                part.stop()
            finally:
                part.kill()
            shutil.rmtree(aside)
            shutil.copytree(folder, aside)
    finally:
        folder.rmdir()
        aside.rename(folder)
    part.start()


@contextmanager
def _mounted(folder: Path, size: int) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "prowl", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def _fill(disk: Path) -> Path:
    """Write a file until there is no room left; return it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
    return filler


def steps_up(part: Part) -> None:
    """Make a node of MongoDB the primary."""

    def leads() -> bool:
        with suppress(PyMongoError), mongodb.direct(part.port) as client, pymongo.timeout(5):
            client.admin.command("replSetStepUp")
        return mongodb.primary_of([part]) is part

    wait_until(leads, seconds=30, what=f"{part.name} being the primary")


def takes_over(part: Part) -> None:
    """Make a node of a Redis Cluster a master."""

    def leads() -> bool:
        with client_of(part) as client, suppress(ResponseError):  # Not to a master, and not before the master is known.
            client.cluster("failover")
        return is_master(part)

    wait_until(leads, seconds=30, what=f"{part.name} being a master")


def flushes(tier: Tier, part: Part) -> None:
    """Let a node of Cassandra write what it has in memory, upon which it takes itself out of its cluster."""
    with suppress(TierError):
        cassandra.nodetool(tier.site, part, "flush")
    wait_until(
        lambda: not accepts(part.port, cassandra.address_of(part)), seconds=20, what=f"{part.name} taking nobody"
    )


def syncs(tier: Tier, part: Part) -> None:
    """Let a node of MongoDB write what is its own alone, and a checkpoint: it dies of that."""

    def is_dead() -> bool:
        with suppress(PyMongoError), mongodb.direct(part.port) as client, pymongo.timeout(5):
            client.local.filler.insert_one({"filler": os.urandom(2**20)})
            client.admin.command("fsync")
        return not part.is_alive()

    wait_until(is_dead, seconds=20, what=f"the end of {part.name}")


def appends(tier: Tier, part: Part) -> None:
    """Let a node of Redis write to its file until it takes nothing more."""
    with client_of(part) as client:

        def refuses() -> bool:
            for number in range(100):
                try:
                    client.set(f"filler:{number}", bytes(10_000), ex=1)
                except ResponseError as error:  # Or the key is another's, or the cluster has yet to agree.
                    if "MISCONF" in str(error):
                        return True
            return False

        wait_until(refuses, seconds=20, what=f"{part.name} taking nothing")
