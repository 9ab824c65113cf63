"""Who can read a post, as forms say it."""

from typing import NamedTuple

from apps.core.errors import Refused
from apps.posts.values import Audience


class Choice(NamedTuple):
    value: str
    label: str


_LABELS = {
    Audience.PUBLIC: "Anyone",
    Audience.UNLISTED: "Anyone, not listed",
    Audience.FOLLOWERS: "Followers",
    Audience.MENTIONED: "Mentioned people",
}


def choices(*, widest: Audience = Audience.PUBLIC) -> tuple[Choice, ...]:
    """Return what may be chosen: ``widest`` and what is narrower, for an edit may not widen."""
    return tuple(Choice(audience.word, label) for audience, label in _LABELS.items() if audience >= widest)


def parsed(word: str) -> Audience:
    """Return the audience that a form names; nothing said means anyone."""
    try:
        return Audience.named(word or Audience.PUBLIC.word)
    except KeyError as error:
        known = ", ".join(audience.word for audience in Audience)
        raise Refused(f"{word[:40]!r} is no audience. A post is for one of: {known}.", field="audience") from error
