"""Health, for load balancers and people."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from health_check.views import HealthCheckView

from .health import may_see_details


def live(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process can: it asks no store."""
    return HttpResponse("alive\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


class Ready(HealthCheckView):
    """200 when every check passes, else 503. What is wrong is told on loopback or for ``Authorization: Bearer``."""

    checks = ("apps.tiers.health.Journal", "apps.tiers.health.Projection")

    def render_to_response(self, context: dict[str, Any], **response: Any) -> HttpResponse:
        return self.render_to_response_text(500 if context["errors"] else 200)

    def render_to_response_text(self, status: int) -> HttpResponse:
        if self._details_allowed():
            answer = super().render_to_response_text(_status(status))
        else:
            said = "ready" if status == 200 else "not ready"
            answer = HttpResponse(said + "\n", content_type="text/plain")
        answer.status_code = _status(status)
        return answer

    def render_to_response_json(self, status: int) -> HttpResponse:
        if not self._details_allowed():
            return self.render_to_response_text(status)
        return super().render_to_response_json(_status(status))

    def render_to_response_openmetrics(self) -> HttpResponse:
        return super().render_to_response_openmetrics() if self._details_allowed() else HttpResponse(status=403)

    def render_to_response_atom(self) -> HttpResponse:
        return HttpResponse(status=406)

    render_to_response_rss = render_to_response_atom

    def _details_allowed(self) -> bool:
        token = self.request.headers.get("Authorization", "").removeprefix("Bearer ")
        return may_see_details(address=self.request.META.get("REMOTE_ADDR", ""), token=token)


def _status(status: int) -> int:
    return 200 if status == 200 else 503
