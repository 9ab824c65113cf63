"""Who may see what is unwell: this machine itself, or whoever has the token of the settings."""

from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest

from apps.accounts.limits import comes_from_here


def may_see_details(request: HttpRequest) -> bool:
    """Say whether ``request`` comes from this machine, not through a proxy on it, or carries ``HEALTH_TOKEN``."""
    token, expected = request.headers.get("Authorization", "").removeprefix("Bearer "), settings.HEALTH_TOKEN
    return comes_from_here(request) or (bool(expected) and compare_digest(token.encode(), expected.encode()))
