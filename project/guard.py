"""What must not run in several processes says so, under any server."""

from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

ONE_PROCESS_ONLY = (
    "This tier keeps sessions and limits in the memory of one process, and the server runs several, so people would be"
    " logged out at random. Run one process with threads: gunicorn with `--workers 1 --threads 15`, mod_wsgi with"
    " `threads=15` and without `processes=`. Or move to settings.cheetah, whose sessions are in Redis.\n"
)


def one_process_only(application: Application) -> Application:
    """Return ``application``, which tells whoever set the server up why it refuses to be one of several."""

    def guarded(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("wsgi.multiprocess"):
            start_response("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
            return [ONE_PROCESS_ONLY.encode()]
        return application(environ, start_response)

    return guarded
