"""Signing up by form, and signing in by a link."""

from typing import Any

from allauth.account.views import SignupView
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.core.errors import Refused

from . import services, signin


class SignUp(SignupView):  # type: ignore[misc]
    """allauth's form. Who loses a race for a name is told so, as if the name had been taken before."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)
        except ValidationError as taken:
            form.add_error("username", taken)
            response = self.form_invalid(form)
        return response


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, person: str, token: str) -> HttpResponse:
    """Ask before logging in, so that a link that is only looked at is not spent."""
    try:
        user = signin.person_of(person=person, token=token)
        if request.method == "POST":
            services.register_person(user=user, now=timezone.now())
    except Refused as refused:
        return render(request, "accounts/signin.html", {"problem": refused.message}, status=refused.status)
    if request.method != "POST":
        return render(request, "accounts/signin.html", {"account": user})
    login(request, user)
    return HttpResponseRedirect("/admin/" if user.is_superuser else "/")
