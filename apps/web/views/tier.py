"""How this site runs, for staff. The page stands when what it shows doesn't: also when nobody can tell who is asking."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from apps.accounts.limits import comes_through_proxy
from apps.core.errors import Unavailable
from apps.tiers import architecture
from apps.tiers.probing import NoAnswer, side_by_side
from apps.web.marks import tier_name
from apps.web.tier import page
from apps.web.viewer import viewer_of

from . import errors
from .base import SeeOther

_COOKIE = "seen_as_staff"
_PASS_SECONDS = 3600
_ASK_SECONDS = 1.0
WATCH_SECONDS = 15


@cache_control(private=True, no_store=True)
@require_safe
def tier(request: HttpRequest) -> HttpResponse:
    """Draw the architecture that is running. ``?watch`` looks again every 15 s."""
    user = _whose(request)
    request.user = user if not isinstance(user, NoAnswer) else AnonymousUser()  # Nobody asks the stores again.
    if isinstance(user, NoAnswer):
        request.prowl_viewer = None  # type: ignore[attr-defined]
        if not _has_pass(request):
            away = Unavailable("Who you are can't be read just now, so this can't be shown. Try again in a moment.")
            return errors.refused(request, away)
    elif not user.is_authenticated:
        return SeeOther(f"{resolve_url(settings.LOGIN_URL)}?next={request.path}")
    elif not user.is_staff:
        return errors.permission_denied(request)
    return _answer(request, known=not isinstance(user, NoAnswer))


def _answer(request: HttpRequest, *, known: bool) -> HttpResponse:
    now = timezone.now()
    seen = architecture.look(now=now, forwarded=comes_through_proxy(request))
    tier = tier_name()
    response = render(
        request,
        "web/tier.html",
        {
            **page.context(seen),
            "tier": tier,
            "tier_name": tier.replace("_", " ").title(),
            "tier_mark": tier.replace("_", "-"),
            "ladder": [
                (name, name.replace("_", "-"), name.replace("_", " ").title(), says) for name, says in page.LADDER
            ],
            "viewer": viewer_of(request),
            "plain": not known or bool(seen.troubled),
            "watch": "watch" in request.GET,
            "watch_seconds": WATCH_SECONDS,
        },
    )
    if "watch" in request.GET:
        response["Refresh"] = str(WATCH_SECONDS)
    if known:
        response.set_signed_cookie(_COOKIE, _session_digest(request), max_age=_PASS_SECONDS, **_cookie_options(request))
    return response


def _whose(request: HttpRequest) -> Any:
    """Return who is asking, or ``NoAnswer`` where that can't be read in time."""

    def ask() -> Any:
        user = request.user
        return user if user.is_authenticated else AnonymousUser()

    key = _session_digest(request)
    return side_by_side({f"user:{key}": ask}, seconds=settings.PROBE_SECONDS if _has_pass(request) else _ASK_SECONDS)[
        f"user:{key}"
    ]


def _has_pass(request: HttpRequest) -> bool:
    """Say whether this session was staff's within the last hour, by a cookie that no store is needed to read."""
    held = request.get_signed_cookie(_COOKIE, default="", max_age=_PASS_SECONDS)
    return bool(held) and held == _session_digest(request)


def _session_digest(request: HttpRequest) -> str:
    return salted_hmac(_COOKIE, request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")).hexdigest()[:32]


def _cookie_options(request: HttpRequest) -> dict[str, Any]:
    return {"path": request.path, "httponly": True, "samesite": "Strict", "secure": settings.SESSION_COOKIE_SECURE}
