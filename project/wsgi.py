"""The WSGI application; where there is no worker, the sweeper runs in a thread of it."""

import os
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.kitten")
_django = get_wsgi_application()

_ONE_PROCESS_ONLY = (
    "This tier keeps sessions and limits in the memory of one process, and the server runs several, so people would be"
    " logged out at random. Run one process with threads: gunicorn with `--workers 1 --threads 15`, mod_wsgi with"
    " `threads=15` and without `processes=`. Or move to settings.cheetah, whose sessions are in Redis.\n"
)
_in_memory = "locmem" in str(settings.CACHES[settings.SESSION_CACHE_ALIAS]["BACKEND"])


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request, unless the server runs in a way that would lose sessions: then say so to whoever set it up."""
    if _in_memory and environ.get("wsgi.multiprocess"):
        start_response("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
        return [_ONE_PROCESS_ONLY.encode()]
    return _django(environ, start_response)


if settings.SWEEPER_THREAD:
    from apps.journal.sweeper import Sweeper

    Sweeper().start()
