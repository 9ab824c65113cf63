"""Accounts (ordinary rows) and profiles (projected)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.core import ids
from apps.core.errors import Refused
from apps.core.fields import DataField, IdField, RefField

from .names import LONGEST, check_name, name_key


def fresh_id() -> UUID:
    return ids.mint(now=timezone.now())


def valid_name(name: str) -> None:
    try:
        check_name(name)
    except Refused as refused:
        raise ValidationError(refused.message) from refused


class Accounts(UserManager):  # type: ignore[type-arg]
    """Finds accounts by name, however it is written."""

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(username_key=name_key(username or ""), erased=False)


class User(AbstractUser):
    """Who may log in. The name is kept as typed; ``username_key`` makes it unique, also against look-alikes."""

    id = IdField(default=fresh_id)
    username = models.CharField("name", max_length=LONGEST, validators=[valid_name])
    username_key = models.CharField(max_length=4 * LONGEST, unique=True, editable=False)
    email = models.EmailField("e-mail address", blank=True, db_index=True)
    session_epoch = models.IntegerField(default=0, editable=False)
    erased = models.BooleanField(default=False, editable=False)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    USERNAME_FIELD = "username_key"
    REQUIRED_FIELDS = ["username"]

    objects = Accounts()  # type: ignore[misc]

    class Meta:
        db_table = "accounts_user"
        verbose_name = "account"

    def __str__(self) -> str:
        return self.username

    def get_session_auth_hash(self) -> str:
        """Return what every session of this account holds: raising the epoch ends them all, wherever they are kept."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return (self._session_hash(secret) for secret in settings.SECRET_KEY_FALLBACKS)

    def _session_hash(self, secret: str | bytes | None) -> str:
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("prowl.session", value, secret=secret, algorithm="sha256").hexdigest()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key in step with the name. An erased account keeps its key only: the name stays taken."""
        if not self.erased:
            self.username_key = name_key(self.username)
        super().save(*args, **kwargs)


class Profile(models.Model):
    """What everybody may know of a person: projected from their own activities and from acts of staff."""

    id = IdField()
    username = models.CharField(max_length=LONGEST, default="")
    display_name = models.CharField(max_length=400, default="", blank=True)
    bio = models.TextField(default="", blank=True)
    links = DataField(default=list)
    locked = models.BooleanField(default=False)
    created = RefField()
    updated = RefField()
    suspended = RefField()
    restored = RefField()
    is_suspended = models.BooleanField(default=False)

    class Meta:
        db_table = "accounts_profile"

    def __str__(self) -> str:
        return f"@{self.username}"
