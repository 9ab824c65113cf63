"""Where django-allauth asks Prowl: names, and what signing up and logging in mean here."""

import logging
from contextlib import suppress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.core.errors import Unavailable

from . import limits, selectors, services
from .models import User, valid_name
from .names import name_key

log = logging.getLogger(__name__)


def name_taken(name: str) -> ValidationError:
    return ValidationError(f"The name {name!r} is taken. Choose another.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts by name; an e-mail address is optional."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return not settings.READ_ONLY

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Return the name if it may be taken; names of erased people stay taken."""
        valid_name(username)
        if not shallow and User.objects.filter(username_key=name_key(username)).exists():
            raise name_taken(username)
        return username

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Store the account. Its profile is published by the log-in that follows, and if that dies by the next one."""
        try:
            with transaction.atomic():  # Only so that a caller's transaction survives the IntegrityError.
                saved: User = super().save_user(request, user, form, commit=commit)
        except IntegrityError as error:  # Somebody else took the name since the form was checked.
            raise name_taken(form.cleaned_data["username"]) from error
        return saved

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Keep suspended people out, and publish the profile of an account that has none yet.

        Raises ``Unavailable`` where the journal is: the account is there, and logging in goes on from it.
        """
        if selectors.is_suspended(id=user.pk):
            return self.respond_user_inactive(request, user)
        services.register_person(user=user, now=timezone.now())
        return super().pre_login(request, user, **kwargs)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at, the same for names that nobody has."""
        limits.check_log_in(request, credentials.get("username", ""))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; where nobody takes it, say so to whoever waits for it."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:  # Also what smtplib raises.
            log.exception("mail_not_sent", extra={"mail": template_prefix})
            raise Unavailable("No mail can be sent just now. Try again in a moment.") from error

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Tell somebody what was changed of their account. It is changed, also where no mail is taken."""
        with suppress(Unavailable):  # ``send_mail`` has it in the log.
            super().send_notification_mail(*args, **kwargs)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that a trusted proxy names: by the proxy's own, all people would be counted as one."""
        return str(limits.client_ip(request))
