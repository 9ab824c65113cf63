"""What the parts of a tier agree on while it is planned: ports, addresses, how many of each, and which programs are here."""

import shutil
import sys
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .part import ROOT, Part
from .ports import free_port

DEPLOY = ROOT / "deploy"
PYTHON = sys.executable


@dataclass
class Site:
    """``given`` comes from whoever starts it and wins; ``environ`` grows by each part's address. ``ports`` are by name:
    what is planned again with the same ports is the same. ``missing`` are sentences on what the next part lacks.
    """

    profile: str
    folder: Path
    given: dict[str, str]
    environ: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    servers: int = 3
    workers: int = 1
    on_terminal: bool = False
    missing: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.environ |= {
            "DJANGO_SETTINGS_MODULE": f"settings.{self.profile}",
            "SITE_URL": f"http://127.0.0.1:{self.port('front')}",
            "DATABASE_URL": f"sqlite:///{self.folder / 'prowl.sqlite3'}",
            "STATIC_ROOT": str(self.folder / "static"),
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "metrics"),
            **self.given,
        }

    def port(self, name: str) -> int:
        if name not in self.ports:
            self.ports[name] = free_port()
        return self.ports[name]

    def has(self, variable: str) -> bool:
        """Say whether somebody else's server is to be used, whose address ``variable`` is."""
        return variable in self.given

    def program(self, name: str) -> str:
        """Return the path of a program from Debian; a missing one is noted."""
        found = located(name)
        if not found:
            self.missing.append(
                f"{name} is missing: `make servers PROFILE={self.profile}` gets it (as root, on Debian)."
            )
        return found or name

    def part(
        self,
        name: str,
        kind: str,
        command: Sequence[object],
        *,
        port: int,
        is_ready: Callable[[Part], bool],
        provides: Mapping[str, str] | None = None,
        environ: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Part:
        """Return a part whose environment is the tier's, and ``environ`` besides; all find what it ``provides``."""
        self.environ |= provides or {}
        lacks, self.missing = self.missing, []
        log = None if self.on_terminal and kind == "web" else self.folder / f"{name}.log"
        return Part(
            name, kind, command, port, is_ready, log=log, lacks=lacks, provides=provides or {},
            environ=ChainMap(dict(environ or {}), self.environ), **more,
        )  # fmt: skip


def located(program: str) -> str:
    """Return the path of a program, "" if it is not here; Debian keeps servers where only root looks."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin") or ""
