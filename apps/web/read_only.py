"""While the site is moved or restored (``READ_ONLY``) no form is taken, whichever app it belongs to."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from apps.journal.exceptions import ReadOnly

from .views import errors

_TAKEN = ("account_login", "account_logout", "account_reauthenticate", "login", "logout")
"""Whoever keeps the site has to get in and out."""


class RefuseWrites(MiddlewareMixin):
    """Answers forms with 503. What is accepted by other ways than forms, the journal refuses itself."""

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        if not settings.READ_ONLY or request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        address = request.resolver_match.url_name if request.resolver_match else ""
        return None if address in _TAKEN else errors.refused(request, ReadOnly())
