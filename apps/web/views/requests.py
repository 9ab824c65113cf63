"""Who asks to follow, and waits for an answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.graph import selectors as graph
from apps.web import rows
from apps.web.people import answer_buttons
from apps.web.viewer import Viewer

from .base import members, page

_NOTHING = rows.Nothing(
    "Nobody is waiting", "Who asks to follow you stands here until you answer. If you decline, we don’t tell them."
)


@require_safe
@page
@members
def waiting(request: HttpRequest, *, viewer: Viewer, **_: object) -> HttpResponse:
    found = graph.requests_page(person_id=viewer.id, cursor=rows.cursor_of(request), limit=rows.PAGE_SIZE)
    context = rows.context(request, found, buttons=answer_buttons, nothing=_NOTHING)
    return render(request, "web/requests.html", {**context, "section": "requests", "viewer": viewer})
