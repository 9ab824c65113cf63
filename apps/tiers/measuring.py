"""How this process answers: a middleware that counts each request, and what it answered of late."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from apps.core import metrics

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_WINDOW_SECONDS = 60.0
_latest: deque[tuple[float, float]] = deque(maxlen=4096)
"""(When by the monotonic clock, how many seconds it took) of the last requests."""


@dataclass(frozen=True)
class Requests:
    """What a process answered within the last minute; times are in seconds, None where there was nothing."""

    per_second: float = 0.0
    median: float | None = None
    p99: float | None = None


class Measured:
    """Counts requests by view and status. It costs a few microseconds, and never fails."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        took = time.perf_counter() - started
        match = request.resolver_match
        view = match.view_name if match else "none"
        method = request.method if request.method in _METHODS else "other"
        metrics.count(metrics.REQUESTS, view, str(method), str(response.status_code))
        metrics.observe(metrics.REQUEST_SECONDS, took, view)
        _latest.append((time.monotonic(), took))
        return response


def recent() -> Requests:
    """Return what this process answered within the last minute."""
    now = time.monotonic()
    within = [(when, took) for when, took in list(_latest) if now - when < _WINDOW_SECONDS]
    if not within:
        return Requests()
    span = _WINDOW_SECONDS if len(within) < len(_latest) else max(now - within[0][0], 1.0)
    took = sorted(took for _, took in within)
    return Requests(len(took) / max(span, 1.0), took[len(took) // 2], took[min(len(took) - 1, len(took) * 99 // 100)])
