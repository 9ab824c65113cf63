"""A server that is lost after it has carried out a statement, and before it could say so."""

import socket
import threading
from contextlib import suppress
from typing import Any


class Proxy:
    """Passes everything on to a server, but the answers to the next ``cuts`` commands named ``lose``."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.lose: list[bytes] = []
        self.cuts = self.lost = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"mongodb://127.0.0.1:{self.listener.getsockname()[1]}/?directConnection=true"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, command: str, times: int = 1) -> None:
        self.lose = [
            kind + command.encode() + b"\x00" for kind in (b"\x02", b"\x12")
        ]  # A BSON text or number, by name.
        self.cuts = times

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                _Pair(self, client, socket.create_connection(self.target))


class _Pair:
    def __init__(self, proxy: Proxy, client: Any, server: Any) -> None:
        self.proxy, self.client, self.server, self.doomed = proxy, client, server, False
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: Any, sink: Any) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if source is self.client and self.proxy.cuts and any(word in data for word in self.proxy.lose):
                    self.proxy.cuts -= 1
                    self.doomed = True
                if source is self.server and self.doomed:
                    self.proxy.lost += 1
                    break
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
