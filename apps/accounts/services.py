"""What happens to an account and its public profile."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import regex
from django.db.models import F

from apps.core.errors import NotFound, Refused
from apps.journal import services as journal
from apps.journal.activities import PAYLOAD_VERSION, STAFF, Activity, Verb

from . import selectors
from .models import Profile, User
from .projectors import PERSON

NAME_LENGTH, BIO_LENGTH, LABEL_LENGTH, ADDRESS_LENGTH, MOST_LINKS = 50, 500, 50, 300, 4
_BYTES_PER_SIGN = 20


def register_person(*, user: User, now: datetime) -> None:
    """Publish a new account's profile. Repeating is harmless: a sign-up that died in between is made good at log-in."""
    if Profile.objects.filter(pk=user.pk, username=user.username).exists():
        return
    payload = {"v": PAYLOAD_VERSION, "type": PERSON, "username": user.username, "display_name": "", "locked": False}
    _accept(user.pk, user.pk, Verb.CREATE, payload, now, key="register", body=user.username)


def update_profile(
    *,
    person_id: UUID,
    display_name: str,
    bio: str,
    links: Sequence[tuple[str, str]],
    locked: bool,
    now: datetime,
    key: str | None = None,
) -> None:
    """Publish what a person says of themself."""
    stored = selectors.profile(id=person_id)
    if stored is None:
        raise NotFound("This account has no profile yet. Log out and in again.")
    payload = {
        "v": PAYLOAD_VERSION,
        "type": PERSON,
        "display_name": _text(display_name, NAME_LENGTH, "display_name", "name").replace("\n", " "),
        "bio": _text(bio, BIO_LENGTH, "bio", "text about you"),
        "links": _links(links),
        "locked": bool(locked),
    }
    _accept(person_id, person_id, Verb.UPDATE, payload, now, key=key, body=payload, after=stored.version)


def _text(text: str, most: int, field: str, what: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise Refused(f"The {what} holds half a sign at place {error.start}. Type it anew.", field=field) from error
    if "\x00" in text:
        raise Refused(f"The {what} holds a NUL. Type it anew.", field=field)
    signs = len(regex.findall(r"\X", text)) if size <= most * _BYTES_PER_SIGN else size
    if signs > most:
        raise Refused(f"The {what} is {signs - most} too long. It may have {most} signs.", field=field)
    return text


def _links(links: Sequence[tuple[str, str]]) -> list[list[str]]:
    given = [(label.strip(), address.strip()) for label, address in links if address.strip()]
    if len(given) > MOST_LINKS:
        raise Refused(f"{len(given)} links are more than {MOST_LINKS}. Leave some out.", field="links")
    return [[_text(label, LABEL_LENGTH, "links", "label"), _address(address)] for label, address in given]


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and len(text) <= ADDRESS_LENGTH
    except ValueError:
        good = False
    if not good or any(sign.isspace() or sign in "\"'<>\\" for sign in text):
        raise Refused(f"{text[:60]!r} is not a web address. It should look like https://example.org.", field="links")
    return text


def suspend(*, person_id: UUID, by: UUID, now: datetime) -> None:
    """Hide a person and end their sessions, until restored."""
    _staff(Verb.SUSPEND, person_id, by, now)
    User.objects.filter(pk=person_id).update(session_epoch=F("session_epoch") + 1)


def restore(*, person_id: UUID, by: UUID, now: datetime) -> None:
    """Lift a suspension: everything of that time is there again."""
    _staff(Verb.RESTORE, person_id, by, now)


def _staff(verb: Verb, person_id: UUID, by: UUID, now: datetime) -> None:
    card = selectors.card_of(id=person_id)
    if card is None:
        raise NotFound(f"There is no person {person_id}.")
    payload = {"v": PAYLOAD_VERSION, "type": PERSON, "by": by.hex}
    _accept(STAFF, person_id, verb, payload, now, after=card.version)


def erase(*, person_id: UUID, now: datetime) -> None:
    """Erase a person for ever. Their name is not given out again; acts of staff stay."""
    journal.erase(actor_id=person_id, now=now)
    user = User.objects.filter(pk=person_id).first()
    if user is None:
        return
    user.erased, user.is_active, user.username, user.email = True, False, "", ""
    user.session_epoch += 1
    user.set_unusable_password()
    user.save()


def _accept(
    actor_id: UUID,
    object_id: UUID,
    verb: Verb,
    payload: dict[str, Any],
    now: datetime,
    *,
    key: str | None = None,
    body: object = None,
    after: UUID | None = None,
) -> None:
    build: Callable[[UUID], Activity] = lambda id: Activity(id, actor_id, verb, object_id, payload)  # noqa: E731
    versions = [after] if after else []
    journal.accept(actor_id=actor_id, build=build, now=now, after=versions, key=key, body=body)
