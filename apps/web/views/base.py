"""What all views share: the clock, refusals as pages, caching, where to go back to."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_OID, UUID, uuid5

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from apps.core.cursors import parse_id
from apps.core.errors import Refused
from apps.web import shared
from apps.web.viewer import viewer_of

from . import errors

PAGE_SIZE = 20
_LONGEST_KEY = 64
_LONGEST_NEXT = 1000

View = Callable[..., HttpResponse]


class SeeOther(HttpResponseRedirect):
    """After a form was taken: look there, by GET."""

    status_code = 303


def page(view: View) -> View:
    """Give the view the time; make its refusals pages; keep what is personal out of every cache."""

    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, now=timezone.now(), **kwargs)
        except Refused as refused:
            response = errors.refused(request, refused)
        return _with_cache_headers(request, response)

    return wrapped


def members(view: View) -> View:
    """Let only the logged-in through; send the others to log in and then back to the page, unless they typed a text."""

    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        viewer = viewer_of(request)
        if viewer is None:
            if request.POST.get("text"):
                return errors.logged_out(request)
            back = request.get_full_path() if request.method in ("GET", "HEAD") else safe_next(request, "/")
            return SeeOther(f"{resolve_url(settings.LOGIN_URL)}?next={quote(back)}")
        return view(request, viewer=viewer, **kwargs)

    return wrapped


def _with_cache_headers(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if "Cache-Control" not in response:
        is_shared = viewer_of(request) is None and request.method in ("GET", "HEAD") and response.status_code == 200
        if is_shared:
            shared.let_share(request, response)
        else:
            response["Cache-Control"] = "private, no-store"
    return response


def cursors_of(request: HttpRequest) -> dict[str, UUID | None]:
    """Return ``before`` and ``after`` of the address; refuse what is no id by naming it."""
    return {name: parse_id(request.GET.get(name), field=name) for name in ("before", "after")}


def safe_next(request: HttpRequest, otherwise: str) -> str:
    """Return the path in ``next`` if it lies on this site, else ``otherwise``."""
    path = request.POST.get("next") or request.GET.get("next") or ""
    is_path = path.startswith("/") and len(path) <= _LONGEST_NEXT
    return path if is_path and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else otherwise


def key_of(request: HttpRequest, *what: object) -> str | None:
    """Return the idempotency key of the form for doing ``what``; a page's form holds many things that can be done."""
    typed = request.POST.get("key", "")[:_LONGEST_KEY]
    return str(uuid5(NAMESPACE_OID, "\x00".join([typed, *map(str, what)]))) if typed else None
