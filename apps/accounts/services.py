"""What happens to an account and its public profile."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import regex

from apps.core.errors import NotFound, Refused
from apps.core.text import has_visible
from apps.journal import services as journal
from apps.journal.activities import PAYLOAD_VERSION, STAFF, Activity, Verb

from . import selectors
from .models import Profile, User
from .projectors import PERSON

NAME_LENGTH, BIO_LENGTH, LABEL_LENGTH, ADDRESS_LENGTH, MOST_LINKS = 50, 500, 50, 300, 4
_BROKEN = regex.compile(r"[\x00\ud800-\udfff]")
_TURNING = regex.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of what follows, the words of the page too."""
_POINTS_PER_SIGN = 8
"""A sign may be made of any number of code points; a family of four is made of seven."""


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
        "display_name": _line(display_name, NAME_LENGTH, "display_name", "name"),
        "bio": _text(bio, BIO_LENGTH, "bio", "text about you"),
        "links": _links(links),
        "locked": bool(locked),
    }
    _accept(person_id, person_id, Verb.UPDATE, payload, now, key=key, body=payload, after=stored.version)


def _line(text: str, most: int, field: str, what: str) -> str:
    """Return what stands in a line with words of ours: something to see, and nothing that turns them around."""
    line = " ".join(_text(text, most, field, what).split())
    turning = _TURNING.search(line)
    if turning:
        place = turning.start() + 1
        raise Refused(f"The {what} holds a sign at place {place} that turns text around. Type it anew.", field=field)
    if line and not has_visible(line):
        raise Refused(f"There is nothing to see in the {what}. Write something, or leave it empty.", field=field)
    return line


def _text(text: str, most: int, field: str, what: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    broken = _BROKEN.search(text)
    if broken:
        raise Refused(f"The {what} holds a broken sign at place {broken.start() + 1}. Type it anew.", field=field)
    if len(text) > most * _POINTS_PER_SIGN:
        raise Refused(f"The {what} has {len(text):,} signs and marks. It may have {most} signs.", field=field)
    signs = len(regex.findall(r"\X", text))
    if signs > most:
        raise Refused(f"The {what} is {signs - most} too long. It may have {most} signs.", field=field)
    return text


def _links(links: Sequence[tuple[str, str]]) -> list[list[str]]:
    given = [(label, address.strip()) for label, address in links if address.strip()]
    if len(given) > MOST_LINKS:
        raise Refused(f"{len(given)} links are more than {MOST_LINKS}. Leave some out.", field="links")
    return [[_line(label, LABEL_LENGTH, "links", "label"), _address(address)] for label, address in given]


def _address(text: str) -> str:
    if len(text) > ADDRESS_LENGTH or not text.isprintable() or not _is_web_address(text):
        raise Refused(f"{text[:60]!r} is not a web address. It should look like https://example.org.", field="links")
    return text


def _is_web_address(text: str) -> bool:
    """Say whether ``text`` is one that shows where it leads: no name before an @, nothing that ends an attribute."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    plain = not any(sign.isspace() or sign in "\"'<>\\" for sign in text)
    return (
        plain and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and port != 0
    )


def suspend(*, person_id: UUID, by: UUID, now: datetime) -> None:
    """Hide a person and end their sessions, until restored."""
    _staff(Verb.SUSPEND, person_id, by, now)


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
    """Erase a person for ever. Their name is not given out again; acts of staff stay.

    The sweeper erases once more 10 minutes later what was under way; calling it again does no harm.
    """
    journal.erase(actor_id=person_id, now=now)


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
