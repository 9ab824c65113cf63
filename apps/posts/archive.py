"""Reading the ``outbox.json`` of an archive: an ActivityStreams 2.0 collection of Create and Announce.

Everything in it comes from outside, so each item is either understood in full or left out with a reason.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apps.core.errors import Refused

from .values import Audience

PUBLIC = {"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"}
_LONGEST_ADDRESS = 2000
_BREAKS = {"br": "\n", "p": "\n\n", "li": "\n", "blockquote": "\n\n"}


@dataclass(frozen=True)
class ArchivedPost:
    """A post, with its markup taken off. ``answers`` is the address of what it replies to, empty for none."""

    source: str
    published: datetime
    text: str
    audience: Audience
    lang: str = ""
    answers: str = ""


@dataclass(frozen=True)
class ArchivedRepost:
    """A repost of what stands at the address ``of``."""

    source: str
    published: datetime
    of: str


@dataclass(frozen=True)
class LeftOut:
    """An item that can't be taken, by its address or its place in the file, and why."""

    source: str
    reason: str


Item = ArchivedPost | ArchivedRepost | LeftOut


class _Unfit(Exception):  # noqa: N818 - it becomes a reason
    pass


def items_of(path: Path) -> list[Item]:
    """Return what an outbox holds, oldest first, what is left out at the end.

    Raises ``Refused`` if the file is no such collection.
    """
    try:
        outbox = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise Refused(f"{path} can't be read as JSON: {error}. Unpack the archive and name its outbox.json.") from error
    listed = outbox.get("orderedItems", outbox.get("items")) if isinstance(outbox, dict) else None
    if not isinstance(listed, list):
        raise Refused(f"{path} holds no list of activities (`orderedItems`). Name the outbox.json of an archive.")
    items = [_item(thing, f"item {at}") for at, thing in enumerate(listed, 1)]
    return [*sorted(_taken(items), key=lambda item: item.published), *(i for i in items if isinstance(i, LeftOut))]


def _taken(items: list[Item]) -> Iterator[ArchivedPost | ArchivedRepost]:
    yield from (item for item in items if not isinstance(item, LeftOut))


def _item(thing: object, place: str) -> Item:
    source = place
    try:
        activity = _mapping(thing, "the item")
        source = str(activity.get("id") or place)[:_LONGEST_ADDRESS]
        if activity.get("type") == "Announce":
            return ArchivedRepost(_address(activity.get("id")), _moment(activity), _address(activity.get("object")))
        _expect(activity, "Create", "only Create and Announce are taken")
        note = _mapping(activity.get("object"), "its object")
        source = str(note.get("id") or source)[:_LONGEST_ADDRESS]
        return _post(note)
    except _Unfit as unfit:
        return LeftOut(source, str(unfit))


def _post(note: Mapping[str, Any]) -> ArchivedPost:
    _expect(note, "Note", "only notes are taken")
    audience = _audience(note)
    if audience is Audience.MENTIONED:
        raise _Unfit("a direct message: it was for nobody else")
    words = [text_of(part) for part in (note.get("summary"), note.get("content")) if part]
    if not any(words):
        raise _Unfit("it has no text")
    spoken = note.get("contentMap")
    answers = note.get("inReplyTo")
    return ArchivedPost(
        source=_address(note.get("id")),
        published=_moment(note),
        text="\n\n".join(words),
        audience=audience,
        lang=next(iter(spoken)) if isinstance(spoken, dict) and len(spoken) == 1 else "",
        answers=_address(answers) if answers else "",
    )


def _audience(note: Mapping[str, Any]) -> Audience:
    to, cc = _addressees(note.get("to")), _addressees(note.get("cc"))
    if to & PUBLIC:
        return Audience.PUBLIC
    if cc & PUBLIC:
        return Audience.UNLISTED
    return Audience.FOLLOWERS if any(who.endswith("/followers") for who in to | cc) else Audience.MENTIONED


def _addressees(value: object) -> set[str]:
    return {who for who in (value if isinstance(value, list) else [value]) if isinstance(who, str)}


def _expect(thing: Mapping[str, Any], kind: str, otherwise: str) -> None:
    if thing.get("type") != kind:
        raise _Unfit(f"it is a {str(thing.get('type'))[:60]!r}: {otherwise}")


def _mapping(thing: object, what: str) -> Mapping[str, Any]:
    if not isinstance(thing, dict):
        raise _Unfit(f"{what} is {str(thing)[:60]!r}, not an object")
    return thing


def _address(value: object) -> str:
    """Return an http(s) address; an object stands for its id."""
    word = value.get("id") if isinstance(value, dict) else value
    try:
        fits = isinstance(word, str) and len(word) <= _LONGEST_ADDRESS and word.isprintable() and _is_web(word)
    except ValueError:  # An address such as http://[ can't be split.
        fits = False
    if not fits:
        raise _Unfit(f"{str(word)[:60]!r} is no address that begins with https://")
    return str(word)


def _is_web(word: str) -> bool:
    parts = urlsplit(word)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _moment(thing: Mapping[str, Any]) -> datetime:
    """Return when it was published; a date without a zone is meant in UTC."""
    word = thing.get("published")
    try:
        moment = datetime.fromisoformat(str(word))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _Unfit(f"its date is {str(word)[:60]!r}, not one such as 2024-05-01T12:00:00Z") from error


class _Text(HTMLParser):
    """Takes the markup off. A link whose words are not its address, as shortened ones are, becomes the address."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.link = ""
        self.ignored = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and not {"mention", "hashtag"} & set(given.get("class", "").split()):
            self.link = given.get("href", "")
        elif tag in ("script", "style"):
            self.ignored += 1
        elif tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.link:
            self.parts.append(self.link)
            self.link = ""
        elif tag in ("script", "style"):
            self.ignored = max(0, self.ignored - 1)
        elif tag in _BREAKS and tag != "br":
            self.parts.append(_BREAKS[tag])

    def handle_data(self, data: str) -> None:
        if not self.link and not self.ignored:
            self.parts.append(data)


def text_of(html: object) -> str:
    """Return what a reader of ``html`` sees, as plain text with line ends."""
    reader = _Text()
    reader.feed(str(html))
    reader.close()
    return "".join(reader.parts).strip()
