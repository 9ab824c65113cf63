"""Pages for what went wrong: what happened, what it means, what to do."""

import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

from apps.accounts.limits import TooMany
from apps.core.errors import Refused, Unavailable

RETRY_AFTER = 5
_LONGEST_WAIT = 60
"""Seconds after which one may go on with what django-allauth limits; it does not say when."""


@dataclass(frozen=True)
class Words:
    title: str
    lines: tuple[str, ...]
    art: str = "cat-peek"


_WORDS = {
    400: Words("This can’t be read", ("Something in the address or the form is not as it should be.",)),
    403: Words("This is not for you to open", ("You may have to log in first, or ask whoever it belongs to.",)),
    404: Words("This page is not here", ("It may have been deleted by the person who wrote it.",)),
    405: Words("This address takes something else", ("It answers to a form's button. Go back and use that.",)),
    409: Words("Somebody was quicker", ("This has changed meanwhile. Look at it again.",)),
    422: Words("This can’t be taken", ("Nothing was changed. Go back, load the page anew and send it again.",)),
    429: Words("A little slower, please", ("That was as fast as this site goes. You can go on in a moment.",)),
    500: Words(
        "Something broke",
        (
            "The fault is ours, and it is in the log.",
            "What you sent may have been taken: look before sending it again.",
        ),
    ),
    503: Words("Back in a moment", ("A part of this site does not answer.",), "cat-wait"),
}
_FORM = Words(
    "This form is too old",
    ("It was opened before you logged in, or long ago. Go back, load the page anew and send it again.",),
)
_LOGGED_OUT = Words("You are logged out", ("Log in, then send your text from here.",))


def answer(
    request: HttpRequest,
    status: int,
    *,
    lines: tuple[str, ...] = (),
    words: Words | None = None,
    retry_after: int | None = None,
    **more: Any,
) -> HttpResponse:
    """Return the page for ``status``, with ``lines`` in place of the usual ones."""
    words = words or _WORDS.get(status) or _WORDS[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500]
    context = {
        "title": words.title,
        "lines": lines or words.lines,
        "art": words.art,
        "status": status,
        "reason": HTTPStatus(status).phrase,
        "retry_after": retry_after,
        "plain": status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        **more,
    }
    response = render(request, "web/error.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """Return the page for a refusal; where a text had been typed, it is in a form to send it again."""
    key = request.POST.get("key", "") if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""
    again = {**_typed(request), "typed_key": key}
    return answer(request, error.status, lines=(error.message,), retry_after=retry_after_of(error), **again)


def logged_out(request: HttpRequest) -> HttpResponse:
    """Return the page for a text that came when its writer was logged out: it is in a form to send it afterwards."""
    log_in = f"{resolve_url(settings.LOGIN_URL)}?next={quote(request.path)}"
    return answer(request, 403, words=_LOGGED_OUT, log_in=log_in, **_typed(request))


def _typed(request: HttpRequest) -> dict[str, Any]:
    """Return what had been typed, as ``web/error.html`` shows it."""
    typed = request.POST.get("text", "") if request.method == "POST" else ""
    kept = {name: request.POST[name] for name in ("audience", "do", "next") if name in request.POST}
    return {"typed": typed, "typed_hidden": kept.items(), "path": request.path}


def retry_after_of(error: Refused) -> int | None:
    """Return after how many seconds it may be tried again, where that is known."""
    if isinstance(error, TooMany):
        return error.retry_after
    return RETRY_AFTER if error.status == HTTPStatus.SERVICE_UNAVAILABLE else None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refused(request, exception) if isinstance(exception, Refused) else answer(request, 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 429, retry_after=_LONGEST_WAIT)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for what no view caught; a store that is away is no fault of ours, wherever it was found out."""
    error: BaseException | None = sys.exc_info()[1]
    if isinstance(error, OperationalError):
        error = Unavailable("The database does not answer. Try again in a moment: sending twice posts once.")
    return refused(request, error) if isinstance(error, Refused) else answer(request, 500)


def csrf_failure(request: HttpRequest, **_: object) -> HttpResponse:
    """Answer a form without a valid token (``CSRF_FAILURE_VIEW``). Its text is kept only where the browser says that it
    came from a page of ours: another site's must not stand ready to be sent.
    """
    is_ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    return answer(request, 403, words=_FORM, **(_typed(request) if is_ours else {}))
