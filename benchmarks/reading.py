"""What a stored home read costs as posts and followees grow, with the rebuild beside it, and the page in HTML."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.utils.module_loading import import_string
from django.utils.timezone import now as clock

from apps.accounts.models import User
from apps.core import ids
from apps.core.ids import MAX, NIL
from apps.timelines import encoding, epochs, selectors
from apps.timelines.backends.redis import packing
from apps.timelines.handler import timelines
from apps.timelines.home import Home

from . import society, urls
from .report import Row
from .timing import Arm, compare

PAGE = 20
_Key = tuple[int, int]
_REMEMBERED = (
    *(ids.from_bytes, ids.from_hex, packing.unpack, encoding.unpack_post, encoding.unpack_card),
    *(encoding.unpack_counts, encoding.unpack_relation, encoding.unpack_marks),
)


def growth(crowd: society.Society, sizes: tuple[int, ...], *, then: Callable[[int], Iterator[Row]]) -> Iterator[Row]:
    """Grow the site to each of ``sizes`` posts and measure; ``then`` measures more at each size."""
    read: dict[_Key, float] = {}
    done = 0
    for size in sizes:
        for at in range(done, size, 100_000):
            society.fold(list(society.posts(crowd.authors, first=at, last=min(at + 100_000, size), total=sizes[-1])))
        done = size
        forget_statistics()
        costs = compare(_reads(crowd, size) | _rebuilds(crowd))
        for count in society.FOLLOWEES:
            read[size, count] = costs[f"read {count}"].wall
            what = f"{size:,} posts, {count:,} followees"
            yield Row(f"stored home read, {what}", costs[f"read {count}"].wall, None, "µs")
            yield Row(f"its rebuild, {what}", costs[f"rebuild {count}"].wall, None, "µs")
        yield from then(size)
    yield from _ratios(read, sizes)


def _ratios(read: dict[_Key, float], sizes: tuple[int, ...]) -> Iterator[Row]:
    least, most = sizes[0], sizes[-1]
    few, many = society.FOLLOWEES[0], society.FOLLOWEES[-1]
    for count in society.FOLLOWEES:
        what = f"stored home read at {most:,} posts ÷ at {least:,}, {count:,} followees"
        yield Row(what, read[most, count], read[least, count], "µs", most=1.2)
    what = f"stored home read at {many:,} followees ÷ at {few}, {most:,} posts"
    yield Row(what, read[most, many], read[most, few], "µs", most=1.2)


def _reads(crowd: society.Society, size: int) -> dict[str, Arm]:
    return {f"read {count}": read_of(reader) for count, reader in crowd.readers.items()}


def read_of(reader: User) -> Arm:
    """Return a read of a full page from the stored timeline, asserted to be one."""

    def read() -> list[UUID]:
        page = selectors.home(viewer_id=reader.pk, limit=PAGE, now=clock())
        if len(page.entries) != PAGE:
            raise RuntimeError(f"{reader.username} saw {len(page.entries)} entries, not {PAGE}")
        return [shown.entry.id for shown in page.entries]

    read()
    epoch = epochs.certain()
    if epoch is None or timelines().read(reader.pk, epoch=epoch, limit=1, now=clock()) is None:
        raise RuntimeError(f"no timeline is stored for {reader.username}")
    return read


def _rebuilds(crowd: society.Society) -> dict[str, Arm]:
    return {f"rebuild {count}": _rebuild_of(reader) for count, reader in crowd.readers.items()}


def _rebuild_of(reader: User) -> Arm:
    def rebuild() -> None:
        now: datetime = clock()
        timelines().drop([reader.pk], now=now)
        Home(reader.pk, now=now).fetch(MAX, NIL, 1)

    return rebuild


def forget_statistics() -> None:
    """Let SQLite look at its tables anew, as it does by itself on a site that runs."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")


def pages(reader: User) -> Iterator[Row]:
    """Measure the home page against views that do nothing under the same middleware and return as many bytes."""
    # As a browser comes back: with its session, and the secret of its forms.
    cookie = f"{settings.SESSION_COOKIE_NAME}={_session_of(reader)}; {settings.CSRF_COOKIE_NAME}={'a' * 32}"
    handler = WSGIHandler()
    body = get(handler, "/", cookie)
    if body.count(b"<article") < PAGE:
        raise RuntimeError("the home page does not show a full page of posts")
    urls.PAYLOAD["bytes"] = body
    arms: dict[str, Arm] = {path: partial(get, handler, path, cookie) for path in ("/", "/bare/", "/stock/")}
    costs = compare(arms | {"unseen": partial(_get_unseen, handler, cookie)})
    page = costs["/"].cpu
    yield Row("home feed, HTML ÷ bare view (CPU)", page, costs["/bare/"].cpu, "µs", most=4)
    what = "the same in a process that has not seen these posts before ÷ bare view (CPU)"
    yield Row(what, costs["unseen"].cpu, costs["/bare/"].cpu, "µs")
    yield Row("home feed, HTML ÷ a logged-in view without a feed (CPU)", page, costs["/stock/"].cpu, "µs")


def _get_unseen(handler: WSGIHandler, cookie: str) -> bytes:
    for decoded in _REMEMBERED:
        decoded.cache_clear()
    return get(handler, "/", cookie)


def _session_of(user: User) -> str:
    session: SessionBase = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def get(handler: WSGIHandler, path: str, cookie: str) -> bytes:
    """Return the body of a page, asked for as gunicorn asks."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_COOKIE": cookie,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
    }
    statuses: list[str] = []
    begin: Any = lambda status, headers, exc_info=None: statuses.append(status)  # noqa: E731 - one line of WSGI
    response = handler(environ, begin)
    body = b"".join(response)
    response.close()
    if statuses != ["200 OK"]:
        raise RuntimeError(f"{path} answered {statuses}")
    return body
