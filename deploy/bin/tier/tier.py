"""A tier that is started, found again, scaled and stopped."""

import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import tiers
from .errors import MissingError, TierError
from .part import ROOT, Part
from .ports import free_port, is_free
from .processes import group
from .site import PYTHON, Site
from .waiting import wait_until

STATE = "state.json"
_RELOAD_SECONDS = 30
"""A request that is under way is answered first."""


@dataclass
class Tier:
    site: Site
    parts: dict[str, Part]
    started_at: str = ""

    def __post_init__(self) -> None:
        for part in self.parts.values():
            part.launched = self.save

    @classmethod
    def planned(
        cls,
        profile: str,
        folder: Path,
        *,
        port: int | None = None,
        servers: int = 3,
        workers: int = 1,
        environ: Mapping[str, str] | None = None,
        on_terminal: bool = False,
    ) -> "Tier":
        """Return a tier whose data, logs and state are in ``folder``; nothing runs yet.

        ``port`` is where people come in, any free one by default. ``environ`` wins over what the launcher would set; an
        address in it (MONGODB_URL, REDIS_URL, CASSANDRA_HOSTS …) means that this server is not ours to start.
        """
        site = Site(
            profile, folder.resolve(), dict(environ or {}), ports={"front": port or free_port()},
            servers=servers, workers=workers, on_terminal=on_terminal,
        )  # fmt: skip
        return cls(site, tiers.planned(site))

    @classmethod
    @contextmanager
    def started(cls, profile: str, folder: Path, **options: Any) -> Iterator["Tier"]:
        """Start a tier as ``planned`` describes it, and stop it at the end."""
        with cls.planned(profile, folder, **options).running() as tier:
            yield tier

    @contextmanager
    def running(self) -> Iterator["Tier"]:
        """Start it, and end all of it at once afterwards: it is thrown away with its files."""
        try:
            self.up()
            yield self
        finally:
            self.kill()

    @classmethod
    def found(cls, folder: Path) -> "Tier | None":
        """Return the tier that was started in ``folder``, by whichever process; None if none was."""
        try:
            state = json.loads((folder / STATE).read_text())
        except FileNotFoundError:
            return None
        site = Site(**{**state["site"], "folder": Path(state["site"]["folder"])})
        tier = cls(site, tiers.planned(site), state["started_at"])
        for name, seen in state["parts"].items():
            gone = Part(name, seen["kind"], (), seen["port"], lambda _: False)  # by a newer version's plan
            part = tier.parts.setdefault(name, gone)
            part.pid, part.born = seen["pid"], seen["born"]
        return tier

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.site.ports['front']}"

    @property
    def environ(self) -> dict[str, str]:
        """What a command needs in its environment to work on this site."""
        return self.site.environ

    def up(self) -> None:
        """Start the stores, bring the database up to date, start the rest; return when all are ready."""
        self._check(self.parts.values())
        _make_secret(self.environ)
        self.up_stores()
        for command in dict.fromkeys(["migrate", *(part.schema for part in self.parts.values() if part.schema)]):
            self.manage(command, "--verbosity", "0")
        self.manage("collectstatic", "--noinput", "--verbosity", "0")
        self._start([part for part in self.parts.values() if not part.is_store])

    def up_stores(self) -> dict[str, str]:
        """Start nothing but the stores; return their addresses."""
        stores = [part for part in self.parts.values() if part.is_store]
        self._check(stores)
        self.started_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._start(stores)
        return {name: value for part in stores for name, value in part.provides.items()}

    def down(self) -> None:
        """Stop all of it, the stores last."""
        for wave in (False, True):
            parts = [part for part in reversed(self.parts.values()) if part.is_store is wave]
            for part in parts:
                part.ask_to_stop()
            for part in parts:
                part.stop()
        (self.site.folder / STATE).unlink(missing_ok=True)

    def kill(self) -> None:
        """End all of it at once, as a power cut does."""
        for part in self.parts.values():
            part.kill()

    def scale(self, *, servers: int) -> None:
        """Let servers join or leave, without a request that fails."""
        if "nginx" not in self.parts:
            raise TierError(
                f"{self.site.profile} has one server. Those with several are cheetah and tiger: PROFILE=cheetah"
            )
        before = self.parts
        self.site.servers = servers
        self.parts = tiers.planned(self.site)
        self.__post_init__()
        for name in before.keys() & self.parts.keys():
            self.parts[name].adopt(before[name])
        self._start([part for part in self.parts.values() if not part.is_alive()])
        self._reload_front()
        for name in before.keys() - self.parts.keys():
            before[name].stop()
        self.save()

    def _reload_front(self) -> None:
        """Let Nginx read who serves; return when none of its processes goes by what it read before."""
        nginx = self.parts["nginx"]
        before = set(group(nginx.pid)) - {nginx.pid}
        nginx.reload()
        wait_until(
            lambda: not before & set(group(nginx.pid)), seconds=_RELOAD_SECONDS, what="the end of Nginx's old processes"
        )

    def join(self, part: Part) -> None:
        """Start a part that was not planned, and stop it with the others. One that does not start is none of them."""
        self.parts[part.name] = part
        part.launched = self.save
        try:
            part.start()
        except TierError:
            del self.parts[part.name]
            self.save()
            raise

    def leave(self, part: Part) -> None:
        part.stop()
        del self.parts[part.name]
        self.save()

    def replace(self, name: str) -> Part:
        """Plan another machine in place of a dead one: its address is another, and its disk is empty. It is to be launched."""
        shutil.rmtree(self.site.folder / name)
        del self.site.ports[name]
        self.parts[name] = tiers.planned(self.site)[name]
        self.parts[name].launched = self.save
        return self.parts[name]

    def manage(self, *command: str) -> str:
        """Run manage.py on this site; return what it said, or raise ``TierError`` with it."""
        run = subprocess.run(
            [PYTHON, "manage.py", *command], cwd=ROOT, env={**os.environ, **self.environ}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if run.returncode:
            raise TierError(f"manage.py {command[0]} failed:\n{(run.stderr or run.stdout)[-3000:]}")
        return run.stdout

    def save(self) -> None:
        """Write what runs into ``state.json``; restarted parts have other numbers."""
        site = {**vars(self.site), "folder": str(self.site.folder), "environ": {}, "missing": []}
        parts = {
            name: {"kind": part.kind, "port": part.port, "pid": part.pid, "born": part.born, "log": str(part.log)}
            for name, part in self.parts.items()
        }
        state = {"started_at": self.started_at, "url": self.url, "environ": self.environ, "site": site, "parts": parts}
        self.site.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.site.folder / f"{STATE}.{os.getpid()}"
        fresh.touch(mode=0o600)  # An address that was given may hold a password.
        fresh.write_text(json.dumps(state, indent=1))
        fresh.replace(self.site.folder / STATE)

    def _start(self, parts: Collection[Part]) -> None:
        for part in parts:
            part.launch()
        for part in parts:
            part.wait_until_ready()

    def _check(self, parts: Collection[Part]) -> None:
        lacking = [sentence for part in parts for sentence in part.lacks]
        if lacking:
            raise MissingError("\n".join(dict.fromkeys(lacking)))
        port = self.site.ports["front"]
        if not is_free(port):
            raise TierError(f"Port {port} is taken. Choose another: PORT={port + 1}.")


def _make_secret(environ: Mapping[str, str]) -> None:
    """Make a secret in .env, for this machine alone, if there is none anywhere."""
    file = ROOT / ".env"
    said = file.read_text() if file.exists() else ""
    if "SECRET_KEY" in {**os.environ, **environ} or re.search(r"^(export )?SECRET_KEY=", said, re.MULTILINE):
        return
    file.touch(mode=0o600)
    file.chmod(0o600)  # It may have been there, for everybody to read.
    apart = "\n" if said and not said.endswith("\n") else ""
    file.write_text(f"{said}{apart}SECRET_KEY={secrets.token_urlsafe(50)}\n")
