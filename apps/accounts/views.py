"""One page: it asks before it logs in, so that a link that is only looked at is not spent."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.core.errors import Refused

from . import services, signin


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, person: str, token: str) -> HttpResponse:
    try:
        user = signin.person_of(person=person, token=token)
    except Refused as refused:
        return render(request, "accounts/signin.html", {"problem": refused.message}, status=refused.status)
    if request.method != "POST":
        return render(request, "accounts/signin.html", {"account": user})
    services.register_person(user=user, now=timezone.now())
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect("/admin/" if user.is_superuser else "/")
