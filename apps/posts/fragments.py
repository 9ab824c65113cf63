"""A post's article as HTML, rendered once and the same for everybody, with slots for what changes apart from the post.

A fragment lies in the cache under its post's id and version, so the newest version wins: a reader knows the version
from the head that was read with the page, and can't be given another. Joining is string concatenation.
"""

import hashlib
import inspect
import re
import secrets
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from importlib import metadata
from operator import itemgetter
from uuid import UUID

from django.core.cache import caches
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.safestring import SafeString

from apps.accounts.names import name_key
from apps.accounts.selectors import cards
from apps.core import metrics

from . import paths, rendering, slots, text, values
from .rendering import render_text
from .slots import NAMES, Slots, filled
from .values import Audience, Head, PostView

Fragment = tuple[str, ...]
"""Literal HTML at even places, slot names at odd ones."""

_TEMPLATE = "posts/_fragment.html"
_MARK = secrets.token_hex(12)  # Nobody can have typed it: it is made anew by each process, and never stored.
_SLOT = re.compile(rf"{_MARK}-(\w+?)-{_MARK}")


class Variant(StrEnum):
    """Where a fragment stands: in a feed or as what its page is about; for somebody or for nobody in particular."""

    FEED = "feed"
    FOCUS = "focus"
    FEED_ANYBODY = "feed-anybody"
    FOCUS_ANYBODY = "focus-anybody"

    @property
    def focus(self) -> bool:
        return self in (Variant.FOCUS, Variant.FOCUS_ANYBODY)

    @property
    def anybody(self) -> bool:
        """Say whether it has no buttons, only ways to log in, so that the page may lie in a shared cache."""
        return self in (Variant.FEED_ANYBODY, Variant.FOCUS_ANYBODY)


def cached(*, heads: Iterable[Head], variant: Variant = Variant.FEED) -> dict[UUID, Fragment]:
    """Return those fragments that the cache has in the versions of ``heads``, by id."""
    keys = {_key(head, variant): head.id for head in heads}
    found = {keys[key]: fragment for key, fragment in caches["fragments"].get_many(list(keys)).items()}
    metrics.count(metrics.FRAGMENTS, "hit", amount=len(found))
    metrics.count(metrics.FRAGMENTS, "miss", amount=len(keys) - len(found))
    return found


def fragments(*, posts: Iterable[PostView], variant: Variant = Variant.FEED) -> dict[UUID, Fragment]:
    """Return the fragments of ``posts`` by id, from the cache where it has them."""
    asked = {post.id: post for post in posts}
    found = cached(heads=asked.values(), variant=variant)
    missing = [post for id, post in asked.items() if id not in found]
    if missing:
        names = _names(missing)
        made = {post.id: _rendered(post, variant, names) for post in missing}
        caches["fragments"].set_many({_key(asked[id], variant): fragment for id, fragment in made.items()})
        found |= made
    return found


def _rendered(post: PostView, variant: Variant, names: Mapping[UUID, str]) -> Fragment:
    return _remembered(post, variant, tuple((id, names[id]) for id in post.mentions if id in names), template_version())


# So a cache that is away costs each process one rendering of what people read just then, and not one for each page.
@lru_cache(maxsize=1_000)
def _remembered(post: PostView, variant: Variant, names: tuple[tuple[UUID, str], ...], template: str) -> Fragment:
    return render(post=post, variant=variant, names=dict(names))


def join(fragment: Fragment, slots: Slots) -> SafeString:
    """Return the HTML of ``fragment`` with ``slots`` filled in, each value escaped."""
    parts = list(fragment)
    parts[1::2] = _values_at(fragment[1::2])(filled(slots))
    return SafeString("".join(parts))


@lru_cache
def _values_at(names: tuple[str, ...]) -> Callable[[Mapping[str, str]], tuple[str, ...]]:
    """Return what takes the values of ``names``, of which templates have at least two, out of a dict at once."""
    return itemgetter(*names)


def render(*, post: PostView, variant: Variant, names: Mapping[UUID, str]) -> Fragment:
    """Return the fragment of ``post``. ``names`` has the names of those it mentions; nobody else's name is linked."""
    mentioned = [names[person] for person in post.mentions if person in names]
    slot = {name: SafeString(f"{_MARK}-{name}-{_MARK}") for name in NAMES}
    context = {
        "post": post,
        "key": post.id.hex,
        "path": SafeString(f"{slot['author']}{post.id.hex}/"),
        "html": render_text(post.text, people={name_key(name): name for name in mentioned}, tags=post.tags),
        "focus": variant.focus,
        "anybody": variant.anybody,
        "limited": post.audience > Audience.UNLISTED,
        "audience": post.audience.word,
        "marks": static("web/marks.svg"),
        "slot": slot,
    }
    return tuple(_SLOT.split(get_template(_TEMPLATE).render(context)))


@lru_cache
def template_version() -> str:
    """Return what changes whenever a fragment could: a deployment renders anew, also beside servers of the release before."""
    made_of = [
        get_template(_TEMPLATE).template.source,  # type: ignore[attr-defined]
        static("web/marks.svg"),
        metadata.version("nh3"),
        *map(inspect.getsource, (sys.modules[__name__], paths, rendering, slots, text, values)),
    ]
    return hashlib.blake2b("\0".join(made_of).encode(), digest_size=6).hexdigest()


def _key(post: Head, variant: Variant) -> str:
    return f"post:{post.id.hex}:{post.version.hex}:{variant}:{template_version()}"


def _names(posts: Iterable[PostView]) -> dict[UUID, str]:
    mentioned = {person for post in posts for person in post.mentions}
    return {id: card.username for id, card in cards(ids=mentioned).items()} if mentioned else {}
