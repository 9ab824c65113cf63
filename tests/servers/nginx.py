"""An Nginx of a test's own, with the tier's configuration in front of the test's servers."""

import re
import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.waiting import wait_until

PROGRAM = shutil.which("nginx") or (p if Path(p := "/usr/sbin/nginx").exists() else "")
SITE = Path(__file__).parents[2] / "deploy" / "cheetah" / "nginx.conf"


class Nginx:
    def __init__(self, folder: Path, *, ports: Sequence[int]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        servers = "\n".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;" for port in ports)
        site = re.sub(r"(    server 127\.0\.0\.1:800\d [^\n]*\n)+", servers + "\n", SITE.read_text())
        site = site.replace("listen 127.0.0.1:8080", f"listen 127.0.0.1:{self.port}")
        paths = "".join(f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy"))
        config = folder / "nginx.conf"
        config.write_text(
            f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
            f"http {{ access_log off; {paths}\n{site} }}"
        )
        self.process = subprocess.Popen([PROGRAM, "-c", config, "-p", folder], stderr=subprocess.DEVNULL)
        wait_until(self.answers, seconds=5, what=f"Nginx on {self.url}")

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
