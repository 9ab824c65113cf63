"""Feeds: home, everybody's, a tag's."""

from datetime import datetime
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.core.errors import NotFound
from apps.posts.text import tag_key
from apps.timelines import selectors as timelines
from apps.timelines.values import Page
from apps.web import feed, shell, suggestions, times
from apps.web.compose import Compose
from apps.web.shared import PUBLIC, stands_on, word_tag
from apps.web.viewer import Viewer, viewer_id, viewer_of

from .base import PAGE_SIZE, cursors_of, page

_HOME = "web/home.html"


@require_safe
@page
def home(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """The viewer's feed; for anybody else what is public, and a word of welcome."""
    viewer = viewer_of(request)
    if viewer is None:
        return _public(request, "web/welcome.html", now=now)
    shown = timelines.home(viewer_id=viewer.id, now=now, limit=PAGE_SIZE, **cursors_of(request))
    response = _filled_home(request, viewer, shown, now) if shown.entries else _empty_home(request, viewer, shown, now)
    if shown.degraded:
        response["X-Degraded"] = "timelines"
    return response


def _filled_home(request: HttpRequest, viewer: Viewer, shown: Page, now: datetime) -> HttpResponse:
    """Return a page with posts on it: in a shell, unless there is something to say besides."""
    viewer.meet(shown.people, waiting=shown.waiting)
    if viewer.card is None or len(get_messages(request)):
        return _feed(request, _HOME, shown, now=now, section="home", form=Compose.blank())
    html = feed.render(shown, viewer_id=viewer.id, now=now, path=request.path)
    return shell.page(request, _HOME, viewer=viewer, section="home", feed=html, today=times.day(now, now=now))


def _empty_home(request: HttpRequest, viewer: Viewer, shown: Page, now: datetime) -> HttpResponse:
    """Return a page without posts; the first one says whom to follow."""
    more: dict[str, Any] = {"section": "home", "form": Compose.blank()}
    if not request.GET:
        everybody = timelines.public(viewer_id=viewer.id, now=now, limit=PAGE_SIZE)
        more["people"] = suggestions.from_page(page=everybody, viewer=viewer)
    return _feed(request, _HOME, shown, now=now, **more)


@require_safe
@page
def explore(request: HttpRequest, *, now: datetime) -> HttpResponse:
    return _public(request, "web/explore.html", now=now, section="explore")


@require_safe
@page
def tag(request: HttpRequest, *, now: datetime, tag: str) -> HttpResponse:
    """Public posts with a tag, however it is written in the address."""
    key = tag_key(tag)
    if not key:
        raise NotFound(f"{tag[:60]!r} is no tag. A tag is one word with a letter in it, without the # in an address.")
    shown = timelines.tag(tag=key, viewer_id=viewer_id(request), now=now, limit=PAGE_SIZE, **cursors_of(request))
    stands_on(request, word_tag(key))
    return _feed(request, "web/tag.html", shown, now=now, tag=tag)


def _public(request: HttpRequest, template: str, *, now: datetime, **more: Any) -> HttpResponse:
    shown = timelines.public(viewer_id=viewer_id(request), now=now, limit=PAGE_SIZE, **cursors_of(request))
    stands_on(request, PUBLIC)
    people = suggestions.from_page(page=shown, viewer=viewer_of(request))
    return _feed(request, template, shown, now=now, people=people, **more)


def _feed(request: HttpRequest, template: str, shown: Page, *, now: datetime, **more: Any) -> HttpResponse:
    viewer = viewer_of(request)
    if viewer is None:
        stands_on(request, entries=(one.entry for one in shown.entries), people=shown.people)
    else:
        viewer.meet(shown.people, waiting=shown.waiting)
    html = feed.render(shown, viewer_id=viewer_id(request), now=now, path=request.path)
    return render(request, template, {"feed": html, "viewer": viewer, "today": times.day(now, now=now), **more})
