"""Whether a session still stands, without asking for its account at each request.

What is known of an account is kept in the process's own memory for a minute at most. So a suspension, a new password or
an epoch that was raised ends sessions everywhere within that minute, at once in the process where it happened, and for
good: it stands in the account's row, whatever becomes of the store of sessions.

While the database is away, what another process noted in the last minute counts as well.
"""

from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.core.cache import caches
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.crypto import constant_time_compare

from apps.core.away import is_away

from .models import User

KEPT_SECONDS = 60


class Session(Protocol):
    def get(self, key: str, /) -> Any: ...


def owner_of(session: Session) -> UUID | None:
    """Return whose session it is, as far as known; None where the account itself must be asked."""
    id, held = session.get(SESSION_KEY), session.get(HASH_SESSION_KEY)
    known = _known(id) if id and held else None
    return known[0] if known and constant_time_compare(held, known[1]) else None


def _known(id: str) -> tuple[UUID, str] | None:
    known: tuple[UUID, str] | None = caches["process"].get(_key(id))
    if known is None and is_away():
        noted: tuple[str, str] | None = caches["default"].get(_key(id))
        return (UUID(noted[0]), noted[1]) if noted else None  # Not kept here, where it would grow older than a minute.
    return known


def note(user: User) -> None:
    """Keep what was just read of an account that may go on."""
    held = user.get_session_auth_hash()
    caches["process"].set(_key(str(user.pk)), (user.pk, held), KEPT_SECONDS)
    caches["default"].set(_key(str(user.pk)), (user.pk.hex, held), KEPT_SECONDS)


def forget(ids: Iterable[UUID]) -> None:
    """Ask for those accounts anew at the next request that this process answers."""
    keys = [_key(str(id)) for id in ids]
    for known in ("process", "default"):
        caches[known].delete_many(keys)


@receiver(post_save, sender=User, dispatch_uid="accounts.flags")
def _forget_saved(*, instance: User, **_: Any) -> None:
    forget([instance.pk])


def _key(id: str) -> str:
    return f"account:{id}"
