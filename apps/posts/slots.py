"""What is filled into a post's fragment when a page is joined: whatever changes apart from the post itself."""

import re
from functools import lru_cache
from html import escape as escaped
from typing import NamedTuple
from uuid import UUID

from django.templatetags.static import static
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

from apps.accounts.selectors import Card
from apps.core.ids import NIL

from . import paths
from .values import Counts, Marks

__all__ = ["NAMES", "Counts", "Slots", "filled", "reply_to", "reposted_by"]

NAMES = (
    *("classes", "level", "author", "avatar", "name", "username", "time", "why", "replies", "replies_n", "menu"),
    *("repost", "repost_on", "reposts", "reposts_n", "like", "like_on", "likes", "likes_n"),
)
_LETTER = re.compile(r"\w")
_TINTS = 6
_ON = ('" aria-pressed="false', ' on" aria-pressed="true')
_NOTHING, _NO_COUNTS, _NO_MARKS = SafeString(), Counts(), Marks()


class Slots(NamedTuple):
    """``time`` is the label of the moment for this page; ``why`` a line over the text (``reposted_by``, ``reply_to``).

    ``classes`` are further classes of the article (``joined``, ``again``), ``level`` that of its heading. ``viewer_id``
    decides what the menu offers.
    """

    post_id: UUID
    card: Card
    time: str
    why: SafeString = _NOTHING
    counts: Counts = _NO_COUNTS
    marks: Marks = _NO_MARKS
    viewer_id: UUID = NIL
    classes: str = ""
    level: int = 3


def filled(slots: Slots) -> dict[str, str]:
    """Return the text of every slot, escaped."""
    card = slots.card
    return {
        **_about(card.username, card.display_name, card.id.int % _TINTS),
        **_done(slots.counts, slots.marks.liked, slots.marks.reposted.int != 0),
        "classes": f" {escaped(slots.classes)}" if slots.classes else "",
        "level": str(int(slots.level)),
        "time": escaped(slots.time),
        "why": conditional_escape(slots.why) if slots.why else "",
        "menu": _menu(slots),
    }


@lru_cache(maxsize=4096)
def _done(counts: Counts, liked: bool, reposted: bool) -> dict[str, str]:
    """Return what people, and the viewer, did to a post."""
    return {
        "replies": _shown(counts.replies),
        "replies_n": str(counts.replies),
        "reposts": _shown(counts.reposts),
        "reposts_n": str(counts.reposts),
        "likes": _shown(counts.likes),
        "likes_n": str(counts.likes),
        "repost": "unrepost" if reposted else "repost",
        "repost_on": _ON[reposted],
        "like": "unlike" if liked else "like",
        "like_on": _ON[liked],
    }


@lru_cache(maxsize=4096)
def _about(username: str, display_name: str, tint: int) -> dict[str, str]:
    name = display_name or username
    return {
        "author": paths.person(username),
        "avatar": _avatar(name, tint),
        "name": escape(name),
        "username": escape(username),
    }


def _avatar(name: str, tint: int) -> str:
    """Return the first letter of a person's name on one of six tints; the name itself stands beside it."""
    letter = _LETTER.search(name)
    shown = escape(letter[0].upper()) if letter else "·"
    return f'<span class="avatar t{tint}" aria-hidden="true">{shown}</span>'


def reposted_by(card: Card) -> SafeString:
    """Return the line that says through whom a post came into the feed."""
    return _why("repost", f"Reposted by {_link(card)}")


def reply_to(card: Card) -> SafeString:
    """Return the line that says whom a post answers."""
    return _why("reply", f"Reply to {_link(card)}")


def _link(card: Card) -> str:
    return f'<a href="{paths.person(card.username)}"><bdi>{escape(card.display_name or card.username)}</bdi></a>'


def _why(mark: str, html: str) -> SafeString:
    svg = _mark(mark, "i i-s flip" if mark == "reply" else "i i-s")
    return mark_safe(f'<p class="by-why">{svg}<span>{html}</span></p>')


def _shown(number: int) -> str:
    return str(number) if number else ""


def _menu(slots: Slots) -> str:
    """Return what somebody may do to a post beyond the buttons, as links to pages that ask before they do it."""
    if slots.viewer_id.int == slots.card.id.int:
        post = paths.post(slots.card.username, slots.post_id)
        return _item(f"{post}edit/", "write", "Edit") + _item(f"{post}delete/", "close", "Delete…", "bad")
    return _menu_of_another(slots.card.username)


@lru_cache(maxsize=4096)
def _menu_of_another(username: str) -> str:
    person, name = paths.person(username), escape(f"@{username}")
    return _item(f"{person}mute/", "veil", f"Mute {name}…") + _item(f"{person}block/", "close", f"Block {name}…", "bad")


def _item(href: str, mark: str, words: str, classes: str = "") -> str:
    kind = f' class="{classes}"' if classes else ""
    return f'<a{kind} href="{href}">{_mark(mark, "i")} {words}</a>'


@lru_cache
def _mark(name: str, classes: str) -> str:
    return f'<svg class="{classes}" aria-hidden="true"><use href="{static("web/marks.svg")}#{name}"/></svg>'
