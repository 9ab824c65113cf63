"""What people type: what is taken, and where links, mentions and tags stand in it.

One scan finds all three, because a ``#`` inside an address is no tag. Every pattern is possessive, so that time grows
with the text's length only, and bytes are limited before anything is counted: one grapheme may have 10⁶ marks.
"""

import unicodedata
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple
from urllib.parse import urlsplit

import regex
from django.conf import settings

from apps.accounts.names import LONGEST as LONGEST_NAME
from apps.accounts.names import name_key
from apps.core.text import has_visible

from .exceptions import TextRefused

MOST_BYTES = 10_000
MOST_MENTIONS = 50
MOST_TAGS = 50
_LONGEST_TAG = 100
_LONGEST_LANGUAGE = 35

_GRAPHEME = regex.compile(r"\X")
_CONTROL = regex.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LANGUAGE = regex.compile(r"[A-Za-z]{2,8}+(?:-[A-Za-z0-9]{1,8}+)*+")
_NAME = r"[\p{L}\p{M}\p{N}_]"
_WORD = r"[\p{L}\p{M}\p{N}\p{Pc}\u200c\u200d\u30fb]"
_TOKEN = regex.compile(
    rf"""
      (?<!\p{{L}})(?P<link>(?i:https?)://[^\s\p{{C}}<>"`\\^{{}}|@/?\#]++(?!@)[^\s\p{{C}}<>"`\\^{{}}|]*+)
    | (?<![\p{{L}}\p{{M}}\p{{N}}_@/.])@(?P<mention>{_NAME}++)(?![\p{{L}}\p{{M}}\p{{N}}_.+\-]*+@)
    | (?<![\p{{L}}\p{{M}}\p{{N}}_&/\#])\#(?P<tag>{_WORD}++)
    """,
    regex.VERBOSE,
)
_TAG = regex.compile(rf"{_WORD}++")
_LETTER = regex.compile(r"\p{L}")
_CLOSERS = {")": "(", "]": "[", "}": "{", "»": "«", "”": "“"}
_STOPS = ".,:;!?'…、。，！？"


class Kind(Enum):
    LINK = "link"
    MENTION = "mention"
    TAG = "tag"


class Token(NamedTuple):
    """A piece of a text from ``start`` to ``end``. ``key`` is the address, the name's key or the tag's key."""

    kind: Kind
    start: int
    end: int
    key: str


def checked(text: object) -> str:
    """Return ``text`` with plain line ends, or refuse it in words."""
    if not isinstance(text, str):
        raise TextRefused(f"A text is needed, not {type(text).__name__}.")
    if len(text) > MOST_BYTES:
        raise TextRefused(_too_heavy(len(text)))
    _refuse_what_is_no_text(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not has_visible(text):
        raise TextRefused("There is nothing to see in this post. Write something first.")
    _refuse_control(text)
    _refuse_too_long(text)
    return text


def checked_lang(lang: str) -> str:
    """Return a language tag (BCP 47), or an empty one for none."""
    if lang and not (_LANGUAGE.fullmatch(lang) and len(lang) <= _LONGEST_LANGUAGE):
        raise TextRefused(f"{lang[:60]!r} is no language tag. It should look like en or pt-BR, or be left out.")
    return lang


def _refuse_what_is_no_text(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise TextRefused(
            f"Character {error.start + 1} is half of a pair (U+{ord(text[error.start]):04X}). Type it anew: "
            "it was damaged on its way here."
        ) from error
    if size > MOST_BYTES:
        raise TextRefused(_too_heavy(size))


def _refuse_control(text: str) -> None:
    if found := _CONTROL.search(text):
        raise TextRefused(
            f"Character {found.start() + 1} is a control character (U+{ord(found[0]):04X}), which no page can show. "
            "Take it out."
        )


def _too_heavy(size: int) -> str:
    return f"This text takes {size:,} bytes, and {MOST_BYTES:,} are the most. Shorten it, or post it in two parts."


def _refuse_too_long(text: str) -> None:
    over = length_of(text) - settings.POST_LENGTH
    if over > 0:
        raise TextRefused(
            f"{over} too many: {settings.POST_LENGTH} characters are the most. Shorten it, or post it in two parts."
        )


def length_of(text: str) -> int:
    """Return how many characters a reader would count: grapheme clusters."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def tokens(text: str) -> Iterator[Token]:
    """Yield the links, mentions and tags of ``text`` in order; what is too long or empty of sense stays text."""
    for found in _TOKEN.finditer(text):
        kind = Kind(found.lastgroup)
        start, end = found.span()
        if kind is Kind.LINK:
            end = start + len(_trimmed(found[0]))
            key = text[start:end] if _has_host(text[start:end]) else ""
        else:
            key = _key_of(kind, found[kind.value])
        if key:
            yield Token(kind, start, end, key)


def references(text: str) -> tuple[list[str], tuple[str, ...]]:
    """Return the keys of the first 50 names and of the first 50 tags in ``text``; further ones stay text."""
    names: dict[str, None] = {}
    tags: dict[str, None] = {}
    for token in tokens(text):
        if token.kind is Kind.MENTION and len(names) < MOST_MENTIONS:
            names.setdefault(token.key)
        elif token.kind is Kind.TAG and len(tags) < MOST_TAGS:
            tags.setdefault(token.key)
    return list(names), tuple(tags)


def tag_key(word: str) -> str:
    """Return the key of a tag as somebody typed it, without ``#``; empty if it is none."""
    return _key_of(Kind.TAG, word) if _TAG.fullmatch(word) else ""


def _key_of(kind: Kind, word: str) -> str:
    """Normalise a name or a tag. The length is limited first: NFKC sorts marks in quadratic time."""
    if kind is Kind.MENTION:
        return name_key(word) if len(word) <= LONGEST_NAME else ""
    if len(word) > _LONGEST_TAG:
        return ""
    key = unicodedata.normalize("NFKC", word).casefold()
    return key if len(key) <= _LONGEST_TAG and _LETTER.search(key) and _TAG.fullmatch(key) else ""


def _trimmed(address: str) -> str:
    """Return ``address`` without what ends the sentence around it: stops, and brackets that it does not open."""
    surplus = {close: address.count(close) - address.count(opened) for close, opened in _CLOSERS.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _STOPS:
            break
        end -= 1
    return address[:end]


def _has_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.port is not False and any(ch.isalnum() for ch in parts.hostname or "")
    except ValueError:
        return False
