"""A person's page: posts, followers, following."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import linebreaks
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.selectors import Card
from apps.graph import counters
from apps.graph import selectors as graph
from apps.graph.values import FOR_EVER, NONE, PeoplePage, Relations
from apps.posts.counting import POSTS
from apps.timelines import selectors as timelines
from apps.web import feed, rows, times
from apps.web.marks import name_of
from apps.web.people import follow_button
from apps.web.shared import stands_on
from apps.web.viewer import Viewer, viewer_id, viewer_of

from . import people as acts
from .base import PAGE_SIZE, cursors_of, page

_COUNTED = ("followers", "following", POSTS)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def profile(request: HttpRequest, *, name: str, now: datetime) -> HttpResponse:
    """What a person wrote, newest first; to the same address goes what others do about them."""
    if request.method == "POST":
        return acts.act(request, name=name, now=now)
    context = _about(request, name, now)
    person = context["person"]
    shown = timelines.profile(
        viewer_id=viewer_id(request), person_id=person.id, now=now, limit=PAGE_SIZE, **cursors_of(request)
    )
    if viewer := viewer_of(request):
        viewer.meet(shown.people)
    stands_on(request, entries=(one.entry for one in shown.entries), people=shown.people)
    html = feed.render(shown, viewer_id=viewer_id(request), now=now, path=request.path, by_month=True)
    return render(request, "web/profile.html", {**context, "feed": html, "tab": "posts"})


@require_safe
@page
def followers(request: HttpRequest, *, name: str, now: datetime) -> HttpResponse:
    nothing = rows.Nothing("Nobody follows them yet", "Whoever does stands here, newest first.")
    return _people(request, name, now, "followers", graph.followers_page, nothing)


@require_safe
@page
def following(request: HttpRequest, *, name: str, now: datetime) -> HttpResponse:
    nothing = rows.Nothing("They follow nobody yet", "Whomever they choose to read stands here, newest first.")
    return _people(request, name, now, "following", graph.following_page, nothing)


def _people(
    request: HttpRequest, name: str, now: datetime, tab: str, load: Callable[..., PeoplePage], nothing: rows.Nothing
) -> HttpResponse:
    about = _about(request, name, now)
    person = about["person"]
    found = load(person_id=person.id, cursor=rows.cursor_of(request), limit=rows.PAGE_SIZE)
    me = viewer_of(request)
    stands_on(request, people=found.people)
    relations = graph.relations(viewer_id=me.id if me else None, people=found.people)
    buttons = _button(viewer_of(request), relations)
    listed = rows.context(request, found, buttons=buttons, nothing=nothing, suspended=False)
    title = f"{name_of(person)}: {tab}"
    return render(request, "web/people.html", {**about, **listed, "tab": tab, "title": title})


def _button(viewer: Viewer | None, relations: Relations) -> Callable[[Card], SafeString]:
    """Return what makes the button in a person's row: none for anybody, none for oneself."""

    def button(card: Card) -> SafeString:
        if viewer is None or card.id == viewer.id:
            return SafeString("")
        return follow_button(card, relations.to(card.id))

    return button


def _about(request: HttpRequest, name: str, now: datetime) -> dict[str, Any]:
    """Return what ``web/_who.html`` shows of the person of that name."""
    viewer, person = viewer_of(request), acts.profile_named(name)
    relation = graph.relation(viewer_id=viewer.id, person_id=person.id) if viewer else NONE
    stands_on(request, people=[person.id])
    counts = counters.values(ids=[person.id], kinds=_COUNTED)
    until = relation.muted_until
    return {
        "viewer": viewer,
        "person": person,
        "name": name_of(person),
        "is_self": viewer is not None and viewer.id == person.id,
        "relation": relation,
        "muted": relation.is_muted(now),
        "muted_until": times.stamp(until) if until and until != FOR_EVER else "",
        "bio": linebreaks(person.bio, autoescape=True),
        "links": [(label or _bare(address), address) for label, address in person.links],
        "joined": times.month(person.joined),
        "counts": {kind: counts[person.id, kind] for kind in _COUNTED},
        "path": request.path,
    }


def _bare(address: str) -> str:
    """Return a web address as people read it."""
    return address.partition("://")[2].rstrip("/") or address
