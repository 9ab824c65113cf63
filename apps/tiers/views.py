"""Health and metrics, for machines and for people."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from health_check.exceptions import ServiceWarning
from health_check.views import HealthCheckView

from . import exposition
from .access import may_see_details

_NO_STORE = {"Cache-Control": "no-store"}


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process can: it asks no store. Whoever does not is to be restarted."""
    return HttpResponse("alive\n", content_type="text/plain", headers=_NO_STORE)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """What Prometheus reads; for this machine or with the token only."""
    if not may_see_details(request):
        return HttpResponse("Metrics are shown on loopback, or with the token.\n", status=403, headers=_NO_STORE)
    return HttpResponse(exposition.text(), content_type=exposition.CONTENT_TYPE, headers=_NO_STORE)


class Ready(HealthCheckView):
    """Is the *site* whole? 503 when something that was accepted would not reach its readers, 200 otherwise.

    For alerts, and for the next step of a deployment. A balancer must not ask this: every server says the same, and a dead
    worker would take all of them away. Warnings ("degraded") don't fail. What is wrong is told to whoever may see it.
    """

    checks: tuple[str, ...] = (
        "apps.tiers.health.Rows",
        "apps.tiers.health.Clock",
        "apps.tiers.health.Journal",
        "apps.tiers.health.Timelines",
        "apps.tiers.health.Projection",
        "apps.tiers.health.Workers",
    )

    def render_to_response(self, context: dict[str, Any], **response: Any) -> HttpResponse:
        return self.render_to_response_text(200)

    def render_to_response_text(self, status: int) -> HttpResponse:
        if may_see_details(self.request):
            return super().render_to_response_text(self._status())
        said = {200: "ready", 503: "not ready"}[self._status()]
        return HttpResponse(said + "\n", content_type="text/plain", status=self._status())

    def render_to_response_json(self, status: int) -> HttpResponse:
        if not may_see_details(self.request):
            return self.render_to_response_text(status)
        return super().render_to_response_json(self._status())

    def render_to_response_openmetrics(self) -> HttpResponse:
        return super().render_to_response_openmetrics() if may_see_details(self.request) else HttpResponse(status=403)

    def render_to_response_atom(self) -> HttpResponse:
        return HttpResponse(status=406)

    render_to_response_rss = render_to_response_atom

    def _status(self) -> int:
        failed = [result for result in self.results if result.error and not isinstance(result.error, ServiceWarning)]
        return 503 if failed else 200


class Serving(Ready):
    """Can *this server* take requests? It has a way to what pages are read from, and its clock is right.

    For balancers that ask. The journal is not asked: without it all servers refuse writes, and all of them still answer reads.
    """

    checks = ("apps.tiers.health.Rows", "apps.tiers.health.Clock")
