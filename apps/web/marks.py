"""Small pieces of HTML that every page needs: marks, pictures of the cat, avatars. Plain strings, for they are many."""

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from django.conf import ENVIRONMENT_VARIABLE, settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_WORD = re.compile(r"\w")
_TINTS = 6
NOTHING = SafeString("")


class Named(Protocol):
    """Whoever has an id and a name to show."""

    @property
    def id(self) -> UUID: ...
    @property
    def username(self) -> str: ...
    @property
    def display_name(self) -> str: ...


@lru_cache
def mark(name: str, classes: str = "") -> SafeString:
    """Return the mark ``name`` of marks.svg."""
    return _svg(name, f"i {classes}".rstrip())


@lru_cache
def art(name: str) -> SafeString:
    """Return a picture of the cat, for a page where nothing else is."""
    return _svg(name, "art")


@lru_cache
def ears() -> SafeString:
    return format_html('<svg><use href="{}#ears"/></svg>', static("web/marks.svg"))


def _svg(name: str, classes: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, static("web/marks.svg"), name
    )


def tier_name() -> str:
    """Return the name of the tier that this site runs as: its settings module's."""
    return (settings.SETTINGS_MODULE or os.environ.get(ENVIRONMENT_VARIABLE, "")).rpartition(".")[2]


def name_of(person: Named) -> str:
    """Return the name that a person goes by."""
    return person.display_name or person.username


def avatar(person: Named, classes: str = "") -> SafeString:
    """Return a letter of the person's name on one of six tints; the name itself stands beside it."""
    return _avatar(name_of(person), person.id.int % _TINTS, classes)


@lru_cache(maxsize=4096)
def _avatar(name: str, tint: int, classes: str) -> SafeString:
    letter = _WORD.search(name)
    return format_html(
        '<span class="{}" aria-hidden="true">{}</span>',
        f"avatar t{tint} {classes}".rstrip(),
        letter[0].upper() if letter else "·",
    )


def together(parts: Iterable[SafeString]) -> SafeString:
    """Return safe parts as one."""
    return mark_safe("".join(parts))
