"""What people do about each other. Each is one activity; the row decides what comes of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from apps.accounts.selectors import Card, card_of
from apps.core.errors import NotFound, Refused
from apps.journal import services as journal
from apps.journal.activities import PAYLOAD_VERSION, Activity, Verb

from .selectors import count_followed_or_asked, relation
from .values import Relation, Standing

Decide = Callable[[Standing, Card], Mapping[str, Any]]
"""Returns the payload, decided from how the two stand and who the other one is; or refuses."""

_NOBODY = "There is nobody here by that name. It may be spelt otherwise, or the account was erased."


def follow(*, actor_id: UUID, person_id: UUID, now: datetime, key: str | None = None) -> Relation:
    """Follow a person, or ask to where they approve their followers."""

    def decide(standing: Standing, person: Card) -> Mapping[str, Any]:
        if person.is_suspended or standing.blocked_by:
            raise NotFound(_NOBODY)
        if standing.blocking:
            raise Refused(f"You have blocked @{person.username}. Unblock them first, then follow.", status=409)
        if not standing.following:
            _check_limit(actor_id)
        return {"approved": not person.locked}

    return _act(Verb.FOLLOW, actor_id, person_id, now, key, decide)


def _check_limit(actor_id: UUID) -> None:
    """Refuse to follow more people than a feed is built of. Requests count, because others may accept them all."""
    most = settings.FOLLOW_LIMIT
    if count_followed_or_asked(person_id=actor_id) >= most:
        raise Refused(
            f"You follow {most:,} people or ask to, the most that this site allows. Unfollow somebody first.",
            status=422,
        )


def unfollow(*, actor_id: UUID, person_id: UUID, now: datetime, key: str | None = None) -> Relation:
    """Stop following, or withdraw a request."""
    return _act(Verb.UNDO, actor_id, person_id, now, key, lambda *_: {"of": Verb.FOLLOW.value})


def accept_follow(*, actor_id: UUID, person_id: UUID, now: datetime, key: str | None = None) -> Relation:
    """Accept the standing request of ``person_id``."""

    def decide(standing: Standing, person: Card) -> Mapping[str, Any]:
        if not (standing.requested_by or standing.followed_by):
            raise Refused("There is no such request any more: it was withdrawn, or answered before.", status=409)
        return {"follow": standing.asked_by_follow.hex}

    return _act(Verb.ACCEPT, actor_id, person_id, now, key, decide)


def reject_follow(*, actor_id: UUID, person_id: UUID, now: datetime, key: str | None = None) -> Relation:
    """Refuse a request of ``person_id``."""
    return _act(Verb.REJECT, actor_id, person_id, now, key, lambda *_: {})


def remove_follower(*, actor_id: UUID, person_id: UUID, now: datetime, key: str | None = None) -> Relation:
    """End that ``person_id`` follows the actor. It is the same act as refusing."""
    return reject_follow(actor_id=actor_id, person_id=person_id, now=now, key=key)


def block(*, actor_id: UUID, person_id: UUID, now: datetime, key: str | None = None) -> Relation:
    """Block a person: both stop following, and neither sees the other."""
    return _act(Verb.BLOCK, actor_id, person_id, now, key, lambda *_: {})


def unblock(*, actor_id: UUID, person_id: UUID, now: datetime, key: str | None = None) -> Relation:
    """Lift a block. Nobody follows again by it."""
    return _act(Verb.UNDO, actor_id, person_id, now, key, lambda *_: {"of": Verb.BLOCK.value})


def mute(
    *, actor_id: UUID, person_id: UUID, until: datetime | None = None, now: datetime, key: str | None = None
) -> Relation:
    """Leave a person's posts out of the actor's feeds, for ever or until a moment."""
    if until is not None and until <= now:
        raise Refused(f"A mute until {until:%Y-%m-%d %H:%M} would be over already. Choose a later end.", field="until")
    return _act(Verb.MUTE, actor_id, person_id, now, key, lambda *_: {"until": until.isoformat() if until else None})


def unmute(*, actor_id: UUID, person_id: UUID, now: datetime, key: str | None = None) -> Relation:
    return _act(Verb.UNDO, actor_id, person_id, now, key, lambda *_: {"of": Verb.MUTE.value})


def _act(verb: Verb, actor_id: UUID, person_id: UUID, now: datetime, key: str | None, decide: Decide) -> Relation:
    """Accept one activity between two people; its id comes after everything that the pair's row has seen."""
    if actor_id == person_id:
        raise Refused("That is you: nobody follows, mutes or blocks themself. Choose somebody else.")
    person = card_of(id=person_id)
    if person is None:
        raise NotFound(_NOBODY)
    standing = relation(viewer_id=actor_id, person_id=person_id)
    payload = {"v": PAYLOAD_VERSION, **decide(standing, person)}

    def build(id: UUID) -> Activity:
        return Activity(id, actor_id, verb, person_id, payload)

    body = [verb.value, person_id.hex, payload.get("of"), payload.get("until")]
    journal.accept(actor_id=actor_id, build=build, now=now, after=[standing.version], key=key, body=body)
    return relation(viewer_id=actor_id, person_id=person_id)
