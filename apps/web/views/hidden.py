"""Whom the viewer has muted and blocked, with the way to undo it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.graph import selectors as graph
from apps.graph.values import PeoplePage
from apps.web import rows
from apps.web.people import undo_button
from apps.web.viewer import Viewer

from .base import members, page


@require_safe
@page
@members
def muted(request: HttpRequest, *, viewer: Viewer, now: datetime) -> HttpResponse:
    nothing = rows.Nothing("Nobody is muted", "Whomever you mute stands here, with the way to lift it.")
    return _hidden(request, viewer, "Muted", partial(graph.muted_page, now=now), "unmute", nothing)


@require_safe
@page
@members
def blocked(request: HttpRequest, *, viewer: Viewer, **_: object) -> HttpResponse:
    nothing = rows.Nothing("Nobody is blocked", "Whomever you block stands here, with the way to lift it.")
    return _hidden(request, viewer, "Blocked", graph.blocked_page, "unblock", nothing)


def _hidden(
    request: HttpRequest, viewer: Viewer, title: str, load: Callable[..., PeoplePage], undo: str, nothing: rows.Nothing
) -> HttpResponse:
    found = load(person_id=viewer.id, cursor=rows.cursor_of(request), limit=rows.PAGE_SIZE)
    listed: dict[str, Any] = rows.context(
        request, found, buttons=lambda card: undo_button(card, undo, undo.capitalize()), nothing=nothing
    )
    return render(request, "web/hidden.html", {**listed, "title": title, "viewer": viewer})
