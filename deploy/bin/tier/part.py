"""One server of a tier: a process and its children, in a process group of their own."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from . import processes
from .errors import TierError
from .waiting import wait_until

ROOT = Path(__file__).parents[3]
READY_SECONDS, STOP_SECONDS = 180, 30  # A node of Cassandra starts for a minute where others keep two cores busy.


@dataclass
class Part:
    """What is started (``command`` with ``environ`` added to this process's own) and when it is ready.

    ``log`` is where it writes; None: to the terminal. ``files`` are its configuration, written before each start,
    and ``folders`` are made.
    ``provides`` are the addresses that others find in their environment. ``lacks`` says which program is not here.
    ``schema`` is the command of manage.py that makes tables in a store which ``migrate`` leaves alone.
    """

    name: str
    kind: str
    command: Sequence[object]
    port: int
    is_ready: Callable[["Part"], bool]
    log: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[Path, str] = field(default_factory=dict)
    folders: Sequence[Path] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    provides: Mapping[str, str] = field(default_factory=dict)
    is_store: bool = False
    schema: str = ""
    lacks: Sequence[str] = ()
    launched: Callable[[], None] = field(default=lambda: None, repr=False)
    pid: int = 0
    born: str = ""
    _child: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def launch(self) -> None:
        """Start the process without waiting for it."""
        if self.is_alive():
            raise TierError(f"{self.name} runs already, as process {self.pid}")
        self.configure()
        out = self.log.open("ab") if self.log else None
        try:
            self._child = subprocess.Popen(
                [str(word) for word in self.command], cwd=ROOT, env={**os.environ, **self.environ},
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        finally:
            if out:
                out.close()
        self.pid, self.born = self._child.pid, processes.born(self._child.pid)
        self.launched()

    def adopt(self, other: "Part") -> None:
        """Take over the process of a part that was planned before."""
        self.pid, self.born, self._child = other.pid, other.born, other._child

    def start(self) -> None:
        """Start the process and wait until it is ready."""
        self.launch()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        def ready_or_dead() -> bool:
            if not self.is_alive():
                raise TierError(f"{self.name} stopped at once.{self._last_words()}")
            return self.is_ready(self)

        try:
            wait_until(ready_or_dead, seconds=READY_SECONDS, what=f"{self.name} being ready")
        except TierError:
            self.kill()
            raise

    def configure(self) -> None:
        for folder in self.folders:
            folder.mkdir(parents=True, exist_ok=True)
        for path, text in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def is_alive(self) -> bool:
        if self._child:
            self._child.poll()  # or it would stay in the table of processes after its end
        return bool(self.pid) and processes.born(self.pid) == self.born

    def kill(self) -> None:
        """Kill it with all its children, as a power cut does."""
        self._signal_all(signal.SIGKILL)
        self._wait_until_gone()

    def freeze(self) -> None:
        """Let it and its children stand still: connections stay open and nothing answers."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_all(signal.SIGCONT)

    def reload(self) -> None:
        """Let it read its configuration anew (SIGHUP); gunicorn and Nginx replace their processes without a gap."""
        self.configure()
        self.send_signal(signal.SIGHUP)

    def send_signal(self, number: signal.Signals) -> None:
        if self.is_alive():
            os.kill(self.pid, number)

    def ask_to_stop(self) -> None:
        self.thaw()
        self.send_signal(self.stop_signal)

    def stop(self) -> None:
        """Let it end what it is doing; kill what is left after half a minute."""
        self.ask_to_stop()
        with suppress(TierError):
            wait_until(lambda: not self.is_alive(), seconds=STOP_SECONDS, what=f"the end of {self.name}")
        self.kill()

    def _signal_all(self, number: signal.Signals) -> None:
        """Signal the group, if it is still ours: its leader lives, or no other process has taken the leader's number."""
        if self.pid and processes.born(self.pid) in (self.born, ""):
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def _wait_until_gone(self) -> None:
        def gone() -> bool:
            return not self.is_alive() and not processes.group(self.pid)

        if self.pid:
            wait_until(gone, seconds=STOP_SECONDS, what=f"the end of {self.name}")

    def _last_words(self) -> str:
        if not (self.log and self.log.exists()):
            return ""
        said = self.log.read_text(errors="replace")
        errors = [line for line in said.splitlines() if "ERROR" in line or "Exception" in line][-5:]
        return "\n".join([f" {self.log} says:", *errors, "and at its end:", said[-1500:]])
