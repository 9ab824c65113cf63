"""What one person does about another: follow, answer a request, mute, block and their undoing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.accounts import limits
from apps.accounts import selectors as accounts
from apps.accounts.selectors import Card, ProfileView
from apps.core.errors import NotFound, Refused
from apps.graph import services as graph
from apps.web.marks import name_of
from apps.web.viewer import Viewer

from .base import SeeOther, key_of, members, page, safe_next

_LENGTHS = {"": None, "1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7)}
_LENGTH_WORDS = (("", "Until I unmute"), ("1h", "For an hour"), ("1d", "For a day"), ("7d", "For a week"))

_DOES: dict[str, Callable[..., object]] = {
    "follow": graph.follow,
    "unfollow": graph.unfollow,
    "cancel": graph.unfollow,
    "accept": graph.accept_follow,
    "reject": graph.reject_follow,
    "remove": graph.remove_follower,
    "block": graph.block,
    "unblock": graph.unblock,
    "unmute": graph.unmute,
}


def nobody(name: str) -> NotFound:
    return NotFound(f"Nobody here is called @{name[:60]}. The name may be spelt otherwise, or the account was erased.")


def person_named(name: str) -> Card:
    """Return the person of that name."""
    person_id = accounts.person_by_name(name=name)
    card = accounts.card_of(id=person_id) if person_id else None
    if card is None:
        raise nobody(name)
    return card


def profile_named(name: str) -> ProfileView:
    """Return the profile of who is called so; a suspended person's page is not there."""
    person_id = accounts.person_by_name(name=name)
    found = accounts.profile(id=person_id) if person_id else None
    if found is None or found.is_suspended:
        raise nobody(name)
    return found


@members
def act(request: HttpRequest, *, viewer: Viewer, name: str, now: datetime) -> HttpResponse:
    """Do what the pressed button says, then go back to the page it was on."""
    person, do = person_named(name), request.POST.get("do", "")
    limits.check_person(request, "follow" if do == "follow" else "act", viewer.id)
    if do == "mute":
        _mute(request, viewer.id, person.id, now)
    elif do in _DOES:
        _DOES[do](actor_id=viewer.id, person_id=person.id, now=now, key=key_of(request, do, person.id))
    else:
        raise Refused(f"{do[:40]!r} can’t be done to a person. Load the page anew and press the button again.")
    _tell(request, do, name_of(person))
    return SeeOther(safe_next(request, reverse("web:profile", args=[person.username])))


def _mute(request: HttpRequest, viewer_id: UUID, person_id: UUID, now: datetime) -> None:
    choice = request.POST.get("until", "")
    if choice not in _LENGTHS:
        raise Refused(f"A mute can’t last {choice[:40]!r}. Choose one of: for ever, 1h, 1d, 7d.", field="until")
    length = _LENGTHS[choice]
    # A mute with an end has no key: its end is counted from now, so sending it again is never quite the same.
    key = None if length else key_of(request, "mute", person_id)
    graph.mute(actor_id=viewer_id, person_id=person_id, until=now + length if length else None, now=now, key=key)


def _tell(request: HttpRequest, do: str, name: str) -> None:
    said = {
        "block": f"{name} is blocked. We don’t tell them.",
        "mute": f"{name} is muted. We don’t tell them.",
        "remove": f"{name} does not follow you any more. We don’t tell them.",
    }
    if do in said:
        messages.success(request, said[do])


@require_safe
@page
@members
def mute(request: HttpRequest, *, name: str, **_: object) -> HttpResponse:
    """Ask for how long."""
    person = profile_named(name)
    return _confirm(
        request,
        person,
        do="mute",
        question=f"Mute {name_of(person)}?",
        meaning="Until then what they write is not in your feed; then all of it is back. We don’t tell them.",
        yes="Mute",
        choices=_LENGTH_WORDS,
        legend="For how long",
    )


@require_safe
@page
@members
def block(request: HttpRequest, *, name: str, **_: object) -> HttpResponse:
    """Ask whether it is meant."""
    person = profile_named(name)
    called = name_of(person)
    return _confirm(
        request,
        person,
        do="block",
        question=f"Block {called}?",
        meaning=f"{called} can’t see your posts or write to you, and neither follows the other. We don’t tell them.",
        yes="Block",
    )


def _confirm(request: HttpRequest, person: Card, **words: object) -> HttpResponse:
    there = reverse("web:profile", args=[person.username])
    context = {"action": there, "next": safe_next(request, there), "no": "Leave it", **words}
    return render(request, "web/confirm.html", context)
