"""What a person says about themselves."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts import limits, services
from apps.accounts import selectors as accounts
from apps.core.errors import NotFound, Refused
from apps.web.profile_form import ProfileForm
from apps.web.viewer import Viewer

from .base import SeeOther, key_of, members, page
from .writing import with_status


@require_http_methods(["GET", "HEAD", "POST"])
@page
@members
def profile(request: HttpRequest, *, viewer: Viewer, now: datetime) -> HttpResponse:
    """Show the profile as a form; take it."""
    stored = accounts.profile(id=viewer.id)
    if stored is None:
        raise NotFound("This account has no profile yet. Log out and in again.")
    if request.method != "POST":
        return _show(request, viewer, ProfileForm.of(stored))
    form = ProfileForm.typed(request.POST, stored)
    try:
        limits.check_person(request, "act", viewer.id)
        services.update_profile(person_id=viewer.id, now=now, key=key_of(request, "profile"), **form.values())
    except Refused as refused:
        return with_status(_show(request, viewer, form.refused(refused, request.POST)), refused)
    messages.success(request, "Saved.")
    return SeeOther(reverse("web:settings_profile"))


def _show(request: HttpRequest, viewer: Viewer, form: ProfileForm) -> HttpResponse:
    return render(request, "web/settings_profile.html", {"form": form, "viewer": viewer})
