"""A post's text as safe HTML: paragraphs, line breaks, and links to addresses, mentioned people and tags.

Everything is escaped as it is put together; nh3 is the last gate, so that a mistake above can't let a script through.
"""

from collections.abc import Collection, Iterator, Mapping
from urllib.parse import quote

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from . import paths
from .text import Kind, Token, tokens

_GATE = nh3.Cleaner(
    tags={"p", "br", "a"},
    attributes={"a": {"href"}},
    url_schemes={"http", "https"},
    link_rel="nofollow noopener ugc",
)
MOST_LINKS = 200
"""What more there is stays text: a page of 20 posts has to stay a page."""
_SAFE_IN_ADDRESS = "%/:=&?~#+!$,;'@()*[]"


def render_text(text: str, *, people: Mapping[str, str], tags: Collection[str] | None = None) -> SafeString:
    """Return ``text`` as HTML.

    ``people`` maps name keys to names as typed, of those whom the post mentions; ``tags`` are the keys of its tags
    (None: whatever looks like one). Other names and tags stay text.
    """
    html = "".join(_paragraphs("".join(_pieces(text, people, tags))))
    return mark_safe(_GATE.clean(html))


def _pieces(text: str, people: Mapping[str, str], tags: Collection[str] | None) -> Iterator[str]:
    last = links = 0
    for token in tokens(text):
        if links == MOST_LINKS:
            break
        if address := _address(token, people, tags):
            links += 1
            yield escape(text[last : token.start])
            yield f'<a href="{escape(address)}">{escape(text[token.start : token.end])}</a>'
            last = token.end
    yield escape(text[last:])


def _address(token: Token, people: Mapping[str, str], tags: Collection[str] | None) -> str:
    match token.kind:
        case Kind.LINK:
            address = quote(token.key, safe=_SAFE_IN_ADDRESS)
            return address if _leads_anywhere(address) else ""
        case Kind.MENTION:
            return paths.person(people[token.key]) if token.key in people else ""
        case Kind.TAG:
            return paths.tag(token.key) if tags is None or token.key in tags else ""


def _leads_anywhere(address: str) -> bool:
    """Say whether a link would keep its address: one that no browser takes is left out by the gate, and the link is none."""
    return "href" in _GATE.clean(f'<a href="{escape(address)}">')


def _paragraphs(html: str) -> Iterator[str]:
    """Make paragraphs where lines are blank, and breaks where they end. A link never spans lines."""
    lines: list[str] = []
    for line in [*html.split("\n"), ""]:
        if line.strip():
            lines.append(line)
        elif lines:
            yield f"<p>{'<br>'.join(lines)}</p>"
            lines = []
