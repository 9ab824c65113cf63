"""How often a person or an address may do what costs: a flood is answered with 429, and the others don't notice.

The counting is django-ratelimit's: windows that begin at a moment of each one's own, so that at their edge twice the rate
may pass. ``settings.RATE_LIMITS`` names the rates.
"""

from collections.abc import Callable
from functools import wraps
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django_ratelimit.core import get_usage

from apps.core import metrics
from apps.core.errors import Refused, Unavailable

from .names import name_key

View = Callable[..., HttpResponse]
_AWAY = -1
_IPV6_BITS = 64


class TooMany(Refused, PermissionDenied):
    """Too often. ``retry_after`` is in seconds. (Django answers a PermissionDenied wherever it is raised.)"""

    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def check(request: HttpRequest, kind: str, whose: str) -> None:
    """Count that ``whose`` did what ``kind`` names; raise ``TooMany`` above its rate.

    Where the counts can't be kept, ``RATE_LIMITS_CLOSED`` names the kinds that are refused with 503; others go on.
    """
    if wait := seconds_above(request, kind, whose):
        metrics.count(metrics.LIMITED, kind, "too many")
        raise TooMany(
            f"That is more than {_words(settings.RATE_LIMITS[kind])}. Go on in {_span(wait)}.", retry_after=wait
        )


def seconds_above(request: HttpRequest, kind: str, whose: str) -> int:
    """Count as ``check`` does; return for how many seconds ``whose`` is above the rate, 0 for not: nothing is refused."""
    usage = get_usage(request, group=kind, key=lambda *_: whose, rate=settings.RATE_LIMITS[kind], increment=True)
    if usage is None or not usage["should_limit"]:
        return 0
    if usage["time_left"] == _AWAY:
        metrics.count(metrics.LIMITED, kind, "uncounted")
        if kind in settings.RATE_LIMITS_CLOSED:
            raise Unavailable("This can't be counted just now, so it has to wait. Try again in a moment.")
        return 0
    return max(1, int(usage["time_left"]))


def check_log_in(request: HttpRequest, name: str) -> None:
    """Count that somebody tries to log in as ``name``, which nobody need be called; raise ``TooMany`` above the rates.

    A name by itself is never refused: anybody could lock its owner out. Where strangers try it from many addresses, each
    address, the owner's too, gets fewer tries at it.
    """
    key = name_key(name)
    pair = f"{address_of(request)} {key}"
    check(request, "log-in as one", pair)
    if seconds_above(request, "log-ins as one", key):
        check(request, "log-in as one, slowly", pair)


def check_person(request: HttpRequest, kind: str, person_id: UUID) -> None:
    check(request, kind, person_id.hex)


def by_address(kind: str) -> Callable[[View], View]:
    """Limit how often an address may send a form to the view."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                check(request, kind, address_of(request))
            return view(request, *args, **kwargs)

        return wrapped

    return decorate


def address_of(request: HttpRequest) -> str:
    """Return whom a request comes from: a whole /64 of IPv6 is one."""
    address = client_ip(request)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_BITS), strict=False))
    return str(address)


_FORWARDED = ("X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via")


def comes_from_here(request: HttpRequest) -> bool:
    """Say whether a request comes from this machine itself, and not from somebody through a proxy on it.

    A proxy that is not trusted, or that does not say for whom it asks, asks for a stranger.
    """
    if not client_ip(request).is_loopback:
        return False
    through_proxy = any(name in request.headers for name in _FORWARDED)
    return not through_proxy or (_is_trusted(_peer(request)) and _is_ip(request.headers.get("X-Real-IP", "")))


def comes_through_proxy(request: HttpRequest) -> bool:
    """Say whether a proxy that is trusted brought a request."""
    return _is_trusted(_peer(request)) and "X-Real-IP" in request.headers


def client_ip(request: HttpRequest) -> IPv4Address | IPv6Address:
    """Return where a request comes from. Only trusted proxies may name another than who asks."""
    peer, said = _peer(request), request.headers.get("X-Real-IP", "")
    return _address(said) if _is_ip(said) and _is_trusted(peer) else peer


def _peer(request: HttpRequest) -> IPv4Address | IPv6Address:
    return _address(request.META.get("REMOTE_ADDR") or "127.0.0.1")


def _address(said: str) -> IPv4Address | IPv6Address:
    """Return an address; one of IPv4 that a socket of IPv6 took is itself, or the whole of IPv4 would be one /64."""
    address = ip_address(said)
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(peer: IPv4Address | IPv6Address) -> bool:
    return any(peer in ip_network(trusted) for trusted in settings.TRUSTED_PROXIES)


def _is_ip(said: str) -> bool:
    try:
        ip_address(said)
    except ValueError:
        return False
    return True


_PERIODS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


def _words(rate: str) -> str:
    count, period = rate.split("/")
    unit, many = _PERIODS[period[-1]], period[:-1]
    return f"{count} in {many} {unit}s" if many else f"{count} in one {unit}"


def _span(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{seconds} seconds" if seconds < 100 else f"{minutes} minutes"
