"""``python -m deploy.bin.tier up|run|down|scale|exec|stores PROFILE``: what the Makefile calls."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from .errors import TierError
from .part import ROOT
from .tier import Tier
from .tiers import TIERS

_NOT_OURS = (
    *("MONGODB_URL", "MONGODB_NAME", "REDIS_URL", "REDIS_CACHE_URL", "DATABASE_URL", "SITE_URL"),
    *("CASSANDRA_HOSTS", "CASSANDRA_PORT", "CASSANDRA_KEYSPACE", "CELERY_BROKER_URL"),
)

_ROOM_BYTES = 4 * 1024**3


def folder_of(profile: str) -> Path:
    return ROOT / "var" / "tiers" / profile


def main() -> int:
    parser = argparse.ArgumentParser(prog="tier", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    for name, action in _ACTIONS.items():
        words = actions.add_parser(name, help=action.__doc__)
        words.add_argument("profile", nargs="?" if name == "down" else None, default="")
        words.add_argument("--port", type=int, help="where people come in; a free one by default")
        words.add_argument("--servers", type=int, default=3)
        if name in ("exec", "stores"):
            words.add_argument("command", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    try:
        return int(_ACTIONS[chosen.action](chosen) or 0)
    except TierError as error:
        print(error, file=sys.stderr)
        return error.status


def up(chosen: argparse.Namespace) -> None:
    """Start a tier that goes on when this ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # What was begun is stopped, as after Ctrl+C.
    tier = Tier.found(folder_of(chosen.profile))
    if tier and any(part.is_alive() for part in tier.parts.values()):
        _say_it_is_up(tier)
    else:
        tier = _plan(chosen)
        _begin(tier)
        print(f"Prowl runs on {tier.url} ({chosen.profile}). Logs: {os.path.relpath(tier.site.folder)}/")
        print(f"Stop it with `make down PROFILE={chosen.profile}`.")


def run(chosen: argparse.Namespace) -> None:
    """Start a tier, show its servers' log, and stop it with Ctrl+C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tier = Tier.found(folder_of(chosen.profile))
    if tier and any(part.is_alive() for part in tier.parts.values()):
        raise TierError(f"{chosen.profile} is up: `make down PROFILE={chosen.profile}` stops it.")
    tier = _plan(chosen, on_terminal=True)
    try:
        _begin(tier)
        print(f"Prowl runs on {tier.url}. Stop it with Ctrl+C.", flush=True)
        while all(part.is_alive() for part in tier.parts.values()):
            time.sleep(0.5)
        raise TierError(f"{', '.join(p.name for p in tier.parts.values() if not p.is_alive())} stopped by itself.")
    except KeyboardInterrupt:
        print()
    finally:
        tier.down()


def down(chosen: argparse.Namespace) -> None:
    """Stop one tier, or all."""
    for profile in [chosen.profile] if chosen.profile else TIERS:
        tier = Tier.found(folder_of(profile))
        if tier:
            tier.down()
            print(f"{profile} is down.")
        elif chosen.profile:
            print(f"{profile} is not up.")


def scale(chosen: argparse.Namespace) -> None:
    """Change the number of servers of a tier that is up."""
    tier = _found(chosen.profile)
    tier.scale(servers=chosen.servers)
    print(f"{chosen.servers} servers are behind {tier.url}.")


def exec_(chosen: argparse.Namespace) -> int:
    """Run a command with the addresses of a tier that is up."""
    return run_command(chosen.command, **_found(chosen.profile).environ)


def stores(chosen: argparse.Namespace) -> int:
    """Run a command with the stores of a tier, empty and its own, which go with it: for tests."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with TemporaryDirectory(prefix="prowl-stores-", dir=_quick_folder(), ignore_cleanup_errors=True) as folder:
        tier = Tier.planned(chosen.profile, Path(folder))
        try:
            return run_command(chosen.command, **tier.up_stores(), STORES_FOLDER=folder)
        finally:
            tier.kill()


def _quick_folder() -> str | None:
    """Return where files are in memory, if there is room for stores that wait for no disk; None: the usual place."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_BYTES else None


_ACTIONS = {"up": up, "run": run, "down": down, "scale": scale, "exec": exec_, "stores": stores}


def run_command(command: Sequence[str], **environ: str) -> int:
    """Run ``command`` with these variables; a SIGTERM is handed on to it, so that it stops what it started."""
    child = subprocess.Popen(command[1:] if command[:1] == ["--"] else command, env={**os.environ, **environ})
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # The terminal sent it to the child as well.
            continue


def _found(profile: str) -> Tier:
    tier = Tier.found(folder_of(profile))
    if tier is None:
        raise TierError(f"{profile} is not up: `make up PROFILE={profile}` starts it.")
    return tier


def _plan(chosen: argparse.Namespace, *, on_terminal: bool = False) -> Tier:
    environ = {name: os.environ[name] for name in _NOT_OURS if os.environ.get(name)}
    environ.setdefault("DATABASE_URL", f"sqlite:///{ROOT / 'var' / 'prowl.sqlite3'}")
    (ROOT / "var").mkdir(exist_ok=True)
    return Tier.planned(
        chosen.profile, folder_of(chosen.profile), port=chosen.port, servers=chosen.servers, environ=environ,
        on_terminal=on_terminal,
    )  # fmt: skip


def _begin(tier: Tier) -> None:
    """Start it with demo people, and print links to log in with; leave nothing behind where that fails."""
    print(f"Starting {tier.site.profile}: {', '.join(tier.parts)} …", flush=True)
    try:
        tier.up()
        tier.manage("demo", "--if-empty")
        print(tier.manage("signin_links"), end="", flush=True)
    except BaseException:
        tier.down()
        raise


def _say_it_is_up(tier: Tier) -> None:
    profile, dead = tier.site.profile, [part.name for part in tier.parts.values() if not part.is_alive()]
    if dead:
        raise TierError(
            f"{profile} is up in part: {', '.join(dead)} ended. `make down PROFILE={profile}`, then up again."
        )
    print(f"{profile} is up already, on {tier.url}, since {tier.started_at}.")


if __name__ == "__main__":
    sys.exit(main())
