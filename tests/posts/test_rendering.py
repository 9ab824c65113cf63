"""A text becomes HTML in which nothing works but what was meant."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.posts.rendering import MOST_LINKS, render_text

pytestmark = pytest.mark.once

PEOPLE = {"ada": "Ada", "志織": "志織"}
REL = 'rel="nofollow noopener ugc"'


def html(text: str, **more) -> str:
    return render_text(text, people=PEOPLE, **more)


def test_blank_lines_make_paragraphs_and_line_ends_breaks():
    assert html("a\nb\n\n \n\nc") == "<p>a<br>b</p><p>c</p>"


def test_links_mentions_and_tags_are_clickable():
    assert html("https://example.org/?a=1&b=2") == (
        f'<p><a href="https://example.org/?a=1&amp;b=2" {REL}>https://example.org/?a=1&amp;b=2</a></p>'
    )
    assert html("hi @ADA!") == f'<p>hi <a href="/@Ada/" {REL}>@ADA</a>!</p>'
    assert html("@志織") == f'<p><a href="/@%E5%BF%97%E7%B9%94/" {REL}>@志織</a></p>'
    assert html("#Straße") == f'<p><a href="/tags/strasse/" {REL}>#Straße</a></p>'


def test_names_and_tags_that_were_not_resolved_stay_text():
    assert html("@bob #b", tags=("a",)) == "<p>@bob #b</p>"


@pytest.mark.parametrize("address", ["http://%3c", "http://a%", "http://a.example:99999", "http://1.2.3.999/"])
def test_what_no_browser_takes_for_an_address_stays_text(address):
    assert html(f"see {address}") == f"<p>see {address}</p>"


def test_links_have_an_end():
    assert html("#a " * (MOST_LINKS + 9)).count("<a ") == MOST_LINKS


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '"><svg/onload=alert(1)>',
        "&lt;script&gt;",
        "{{7*7}}{% debug %}",
        "javascript:alert(1) data:text/html,<b>",
        'https://a.example/"><script>alert(1)</script>',
        "https://a.example/'onclick='alert(1)",
        "http://javascript:alert(1)",
        '@ada"><b> #a"><b>',
        "a\u202eb\u2066c \u200b\u200d\ufeff",
        "'; DROP TABLE posts_post; --",
        '{"$gt": ""}',
        "<!--", "<![CDATA[", "</p></div></article>", "<plaintext>", "<math><mtext><table><mglyph><style><img src=x>",
    ],
)  # fmt: skip
def test_what_looks_like_code_is_shown_as_it_was_typed(text):
    assert shown(html(text)).text == text


class shown(HTMLParser):  # noqa: N801 - reads as a verb
    """What a browser makes of it: the visible text and the elements."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.elements = "", []
        self.feed(markup)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.elements.append((tag, dict(attrs)))
        self.text += "\n" if tag == "br" else ""


PIECES = st.sampled_from(
    ["<", ">", '"', "'", "&", "amp;", "/", "=", "@ada", "#a", "http://", "https://a.example/", "javascript:", "\n", " ",
     "script", "onerror", "(", ")", "[", "\\", "`", "\u202e", "\u200d", "\u0301", "é", "😀", "%", "%3c", "+", "a"]
)  # fmt: skip


@example("http://%3c")
@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60))
def test_only_paragraphs_breaks_and_links_to_the_web_or_here_ever_appear(text):
    text = text.replace("\x00", "")
    for tag, attrs in shown(html(text)).elements:
        assert tag in ("p", "br", "a")
        if tag == "a":
            assert set(attrs) == {"href", "rel"}
            assert attrs["href"].startswith(("https://", "http://", "/@", "/tags/"))
            assert attrs["rel"] == "nofollow noopener ugc"
