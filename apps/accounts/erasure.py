"""What erasing a person takes along here: all but the name, in the form in which it stays taken."""

from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.dispatch import receiver

from apps.journal.signals import erased

from . import flags
from .models import User

_NOTHING: dict[str, Any] = {
    "erased": True,
    "is_active": False,
    "is_staff": False,
    "is_superuser": False,
    "username": "",
    "email": "",
    "last_login": None,
}


@receiver(erased, dispatch_uid="accounts.erase")
def erase(*, actor_id: UUID, **_: Any) -> None:
    """Empty the account and end its sessions. The profile went with the projected tables."""
    EmailAddress.objects.filter(user_id=actor_id).delete()
    user = User.objects.filter(pk=actor_id).first()
    if user is not None:
        user.groups.clear()
        user.user_permissions.clear()
        epoch = F("session_epoch") + 1
        User.objects.filter(pk=actor_id).update(password=make_password(None), session_epoch=epoch, **_NOTHING)
    flags.forget([actor_id])
