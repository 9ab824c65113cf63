"""Writing, changing and deleting a post."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts import limits
from apps.core.errors import Refused
from apps.posts import paths, services
from apps.posts.exceptions import NotYours, PostNotFound
from apps.posts.values import Head, PostView
from apps.web import audiences
from apps.web.compose import Compose
from apps.web.viewer import Viewer

from .base import SeeOther, key_of, members, page, safe_next
from .errors import retry_after_of


@require_http_methods(["GET", "HEAD", "POST"])
@page
@members
def write(request: HttpRequest, *, viewer: Viewer, now: datetime) -> HttpResponse:
    """The composer on a page of its own, and where every composer sends a post to."""
    form = Compose.blank()
    if request.method != "POST":
        return _write(request, viewer, form)
    try:
        publish(request, viewer=viewer, now=now)
    except Refused as refused:
        return _write(request, viewer, form.kept(request.POST, refused), refused)
    return SeeOther(reverse("web:home"))


def publish(request: HttpRequest, *, viewer: Viewer, now: datetime, parent_id: UUID | None = None) -> Head:
    """Publish what was typed, as a reply where there is a parent."""
    limits.check_person(request, "post", viewer.id)
    return services.publish(
        author_id=viewer.id,
        text=request.POST.get("text", ""),
        audience=audiences.parsed(request.POST.get("audience", "")),
        parent_id=parent_id,
        now=now,
        key=key_of(request, "post", parent_id),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page
@members
def edit(request: HttpRequest, *, viewer: Viewer, name: str, post_id: UUID, now: datetime) -> HttpResponse:
    """Change what one's own post says; its circle of readers can only grow smaller."""
    post = _own(viewer, post_id, now)
    form = _edit_form(post, name)
    if request.method != "POST":
        return _write(request, viewer, form, title="Edit your post")
    try:
        limits.check_person(request, "act", viewer.id)
        services.edit(
            actor_id=viewer.id,
            post_id=post_id,
            text=request.POST.get("text", ""),
            audience=audiences.parsed(request.POST.get("audience", "")),
            now=now,
            key=key_of(request, "edit", post_id),
        )
    except Refused as refused:
        return _write(request, viewer, form.kept(request.POST, refused), refused, title="Edit your post")
    return SeeOther(paths.post(name, post_id))


def _edit_form(post: PostView, name: str) -> Compose:
    return Compose(
        action=f"{paths.post(name, post.id)}edit/",
        text=post.text,
        audience=post.audience.word,
        audiences=audiences.choices(widest=post.audience),
        do="edit",
        button="Save",
        rows=6,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page
@members
def delete(request: HttpRequest, *, viewer: Viewer, name: str, post_id: UUID, now: datetime) -> HttpResponse:
    """Ask; then delete one's own post. Sending it again is no mistake: it may have been *unknown* whether it was done."""
    there = paths.post(name, post_id)
    if request.method == "POST":
        services.delete(actor_id=viewer.id, post_id=post_id, now=now, key=key_of(request, "delete", post_id))
        messages.success(request, "Post deleted.")
        back = safe_next(request, reverse("web:home"))
        return SeeOther(reverse("web:home") if back.startswith(there) else back)
    context = {
        "viewer": viewer,
        "question": "Delete this post?",
        "meaning": "It goes from every feed at once. Replies to it stay.",
        "text": _own(viewer, post_id, now).text,
        "action": f"{there}delete/",
        "next": safe_next(request, there),
        "do": "delete",
        "yes": "Delete post",
        "no": "Keep it",
    }
    return render(request, "web/confirm.html", context)


def _own(viewer: Viewer, post_id: UUID, now: datetime) -> PostView:
    """Return the viewer's own standing post; anybody else's looks as if it were not there."""
    try:
        post = services.own(actor_id=viewer.id, post_id=post_id, now=now)
    except NotYours as error:
        raise PostNotFound(post_id) from error
    if post.is_repost or post.deleted:
        raise PostNotFound(post_id)
    return post


def _write(
    request: HttpRequest, viewer: Viewer, form: Compose, refused: Refused | None = None, *, title: str = "Write"
) -> HttpResponse:
    context = {"title": title, "section": "write" if title == "Write" else "", "viewer": viewer, "form": form}
    return with_status(render(request, "web/write.html", context), refused)


def with_status(response: HttpResponse, refused: Refused | None) -> HttpResponse:
    """Give a page that shows a form again the status of the refusal."""
    if refused:
        response.status_code = refused.status
        wait = retry_after_of(refused)
        if wait:
            response["Retry-After"] = str(wait)
    return response
