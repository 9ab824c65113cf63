"""Where django-allauth asks Prowl: names, and what signing up and logging in mean here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from . import selectors, services
from .models import User, valid_name
from .names import name_key


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts by name; an e-mail address is optional."""

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Return the name if it may be taken; names of erased people stay taken."""
        valid_name(username)
        if not shallow and User.objects.filter(username_key=name_key(username)).exists():
            raise ValidationError(f"The name {username!r} is taken. Choose another.")
        return username

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        saved: User = super().save_user(request, user, form, commit=commit)
        if commit:
            services.register_person(user=saved, now=timezone.now())
        return saved

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Keep suspended people out, and make good a sign-up that died before its profile was published."""
        card = selectors.card_of(id=user.pk)
        if card is not None and card.is_suspended:
            return self.respond_user_inactive(request, user)
        services.register_person(user=user, now=timezone.now())
        return super().pre_login(request, user, **kwargs)
