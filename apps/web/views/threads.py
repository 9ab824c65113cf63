"""A post's own page, and what its buttons do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts import limits
from apps.accounts.selectors import Card, card_of
from apps.core.cursors import parse_id
from apps.core.errors import NotFound, Refused
from apps.posts import paths, services
from apps.posts.exceptions import PostNotFound
from apps.posts.selectors import thread_entries
from apps.posts.values import Audience, Entry, PostView
from apps.timelines import selectors as timelines
from apps.web import audiences, conversation
from apps.web.compose import Compose
from apps.web.conversation import REPLIES_AT_ONCE, Conversation, Drawing
from apps.web.marks import name_of
from apps.web.shared import stands_on
from apps.web.viewer import Viewer, viewer_id, viewer_of

from .base import SeeOther, key_of, members, page, safe_next
from .writing import publish, with_status

_DOES: dict[str, Callable[..., object]] = {
    "like": services.like,
    "unlike": services.unlike,
    "repost": services.repost,
    "unrepost": services.undo_repost,
}
_REPOSTS = ("repost", "unrepost")
"""Each takes a place in the timelines of all followers, even when it is taken back."""
_TITLE_LENGTH = 60


@require_http_methods(["GET", "HEAD", "POST"])
@page
def thread(request: HttpRequest, *, name: str, post_id: UUID, now: datetime) -> HttpResponse:
    """Show a post amid what led to it and what was answered; take what its buttons and its composer send."""
    if request.method != "POST":
        return _show(request, name, post_id, now)
    return _act(request, name=name, post_id=post_id, now=now)


@members
def _act(request: HttpRequest, *, viewer: Viewer, name: str, post_id: UUID, now: datetime) -> HttpResponse:
    do = request.POST.get("do", "")
    if do == "reply":
        return _reply(request, viewer, name, post_id, now)
    if do not in _DOES:
        raise Refused(f"A post does not know what {do[:40]!r} is. Load the page anew and press the button again.")
    limits.check_person(request, "repost" if do in _REPOSTS else "act", viewer.id)
    _DOES[do](actor_id=viewer.id, post_id=post_id, now=now, key=key_of(request, do, post_id))
    return SeeOther(f"{safe_next(request, paths.post(name, post_id))}#p-{post_id.hex}")


def _reply(request: HttpRequest, viewer: Viewer, name: str, post_id: UUID, now: datetime) -> HttpResponse:
    try:
        head = publish(request, viewer=viewer, now=now, parent_id=post_id)
    except NotFound:
        raise
    except Refused as refused:
        return with_status(_show(request, name, post_id, now, refused), refused)
    # Behind the first page of a long thread nobody would find it.
    first = thread_entries(thread=head.thread, limit=REPLIES_AT_ONCE + 1)
    is_far = len(first) > REPLIES_AT_ONCE and first[-1].id < head.id
    there = paths.post(viewer.card.username, head.id) if is_far and viewer.card else paths.post(name, post_id)
    return SeeOther(f"{there}#p-{head.id.hex}")


def _show(
    request: HttpRequest, name: str, post_id: UUID, now: datetime, refused: Refused | None = None
) -> HttpResponse:
    found = timelines.thread(viewer_id=viewer_id(request), post_id=post_id, now=now)
    post = next((shown.head for shown in found.entries if shown.entry.id == post_id), None)
    if post is None:  # A repost, or one so far down a long thread that it is not among the entries.
        post = timelines.visible(viewer_id=viewer_id(request), post_id=post_id, now=now).original
    author = found.people.get(post.author) or card_of(id=post.author)
    if author is None:
        raise PostNotFound(post_id)
    if (author.username, post.id) != (name, post_id):
        return redirect(paths.post(author.username, post.id))
    if viewer := viewer_of(request):
        viewer.meet(found.people)
    return _conversation(request, author, conversation.around(page=found, post=post), now, refused)


def _conversation(
    request: HttpRequest, author: Card, talk: Conversation, now: datetime, refused: Refused | None
) -> HttpResponse:
    after = parse_id(request.GET.get("after"), field="after")
    part, more = _part(talk.replies, after)
    drawing = conversation.drawn(replace(talk, replies=part), viewer_id=viewer_id(request), now=now)
    if drawing is None:
        raise PostNotFound(talk.focus.id)
    stands_on(request, entries=[*talk.above, talk.focus, *talk.replies], people=talk.people)
    here = paths.post(author.username, talk.focus.id)
    context = {
        "title": _title(author, drawing.focus),
        "viewer": viewer_of(request),
        "path": here,
        "before": drawing.before,
        "after": drawing.after,
        "number": len(talk.replies),
        "about": drawing.about,
        "is_torn": talk.is_torn,
        "more": f"{here}?after={more.hex}" if more else "",
        "form": _form(request, author, drawing, refused),
    }
    return with_status(render(request, "web/thread.html", context), refused)


def _part(replies: tuple[Entry, ...], after: UUID | None) -> tuple[tuple[Entry, ...], UUID | None]:
    """Return the replies behind ``after`` that fit on a page, and the last one's id if there are more."""
    rest = [entry for entry in replies if after is None or entry.id > after]
    part = tuple(rest[:REPLIES_AT_ONCE])
    return part, part[-1].id if len(rest) > REPLIES_AT_ONCE else None


def _title(author: Card, post: PostView) -> str:
    line = " ".join(post.text.split())
    return f"{name_of(author)}: “{line[:_TITLE_LENGTH].rstrip()}{'…' if len(line) > _TITLE_LENGTH else ''}”"


def _form(request: HttpRequest, author: Card, drawing: Drawing, refused: Refused | None) -> Compose | None:
    viewer = viewer_of(request)
    if viewer is None:
        return None
    post = drawing.focus
    blank = Compose(
        action=paths.post(author.username, post.id),
        text=_greeting(viewer, drawing) if post.audience is Audience.MENTIONED else "",
        audience=post.audience.word,
        audiences=audiences.choices(widest=post.audience),
        do="reply",
        button="Reply",
        reply_to=name_of(author),
        anchor="reply",
    )
    return blank.kept(request.POST, refused) if refused else blank


def _greeting(viewer: Viewer, drawing: Drawing) -> str:
    """Name those whom a post for mentioned people is between: a reply reaches only whom it names."""
    return "".join(f"@{card.username} " for card in drawing.between if card.id != viewer.id)
