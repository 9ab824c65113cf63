"""Sign-in links that work once, for development on loopback: demo people have no passwords."""

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from apps.core.cursors import parse_id
from apps.core.errors import NotFound, Refused
from apps.core.ids import NIL

from . import selectors
from .models import User


class _Tokens(PasswordResetTokenGenerator):
    """Bound to the last log-in, so that using a link spends it."""

    key_salt = "prowl.signin"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        """Add the last log-in to the millisecond: stock's seconds let a link that is used at once work twice."""
        last = int(user.last_login.timestamp() * 1000) if user.last_login else 0
        return f"{super()._make_hash_value(user, timestamp)}{last}"


_tokens = _Tokens()


def check_allowed() -> None:
    if settings.SITE_URL.startswith("https://"):
        raise Refused(
            "Sign-in links are for development on loopback. This site is public: log in by password.", status=404
        )


def link_for(user: User) -> str:
    """Return the address that logs ``user`` in, once."""
    check_allowed()
    path = reverse("signin", args=[user.pk.hex, _tokens.make_token(user)])
    return f"{settings.SITE_URL}{path}"


def person_of(*, person: str, token: str) -> User:
    """Return whom a link logs in; refuse a spent or a wrong one."""
    check_allowed()
    user = User.objects.filter(pk=parse_id(person, field="person") or NIL, is_active=True).first()
    if user is None or not _tokens.check_token(user, token):
        raise NotFound("This sign-in link was used before, or is too old. `manage.py signin_links` prints new ones.")
    if selectors.is_suspended(id=user.pk):
        raise Refused(f"{user.username} is suspended. Staff can restore them in the admin site.", status=403)
    return user
