"""PostgreSQL and MariaDB, for tests: nothing in them waits for a disk. Started by root, who may not run them, as ``nobody``."""

import os
import shlex
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.bin.tier.part import Part
from deploy.bin.tier.ports import accepts
from deploy.bin.tier.site import Site

Words = Sequence[object]
_NOBODY = "setpriv --reuid=nobody --regid=nogroup --clear-groups "


def postgresql(site: Site) -> list[Part]:
    folder, port = site.folder / "postgresql", site.port("postgresql")
    data = folder / "data"
    options = (f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off")
    make = [_program(site, "initdb"), "-D", data, "-U", "prowl", "-A", "trust", "-E", "UTF8"]
    make += ["--locale=C.UTF-8", "--no-sync"]
    serve = [_program(site, "postgres"), "-D", data, *(word for option in options for word in ("-c", option))]
    address = f"postgres://prowl@127.0.0.1:{port}/postgres"
    at_once = signal.SIGINT  # without waiting for whoever is connected
    return [_server(site, "postgresql", make, serve, address, stop_signal=at_once)]


def mariadb(site: Site) -> list[Part]:
    folder, port = site.folder / "mariadb", site.port("mariadb")
    common = ("--no-defaults", f"--datadir={folder / 'data'}")
    first = folder / "first.sql"
    make = [site.program("mariadb-install-db"), *common, "--auth-root-authentication-method=normal", "--skip-test-db"]
    serve = [
        *(site.program("mariadbd"), *common, f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/socket"),
        *(f"--pid-file={folder}/pid", f"--init-file={first}", "--innodb-flush-log-at-trx-commit=0"),
        *("--character-set-server=utf8mb4", "--collation-server=utf8mb4_bin"),
    ]
    address = f"mysql://root@127.0.0.1:{port}/prowl"
    return [_server(site, "mariadb", make, serve, address, files={first: "CREATE DATABASE prowl;\n"})]


def _server(
    site: Site,
    name: str,
    make: Words,
    serve: Words,
    address: str,
    *,
    files: Mapping[Path, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Part:
    """Return a server of a folder of its own, which ``make`` fills and ``serve`` serves."""
    folder = site.folder / name
    here, is_root = shlex.quote(str(folder)), os.geteuid() == 0
    making, serving = ((_NOBODY if is_root else "") + shlex.join(map(str, words)) for words in (make, serve))
    steps = [f"chown nobody {here} && chmod o+x {here}/.."] if is_root else []
    script = " && ".join([*steps, f"cd {here}", making, f"exec {serving}"])
    return site.part(
        name, name, ["sh", "-c", script], port=site.port(name), is_ready=lambda part: accepts(part.port),
        provides={"DATABASE_URL": address}, folders=[folder], files=files or {}, stop_signal=stop_signal, is_store=True,
    )  # fmt: skip


def _program(site: Site, name: str) -> str:
    """Return the path of a program of PostgreSQL, which Debian keeps by version."""
    folders = os.pathsep.join(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)))
    return shutil.which(name) or shutil.which(name, path=folders) or site.program(name)
