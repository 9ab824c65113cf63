"""What is taken as a post's text, and what stands in it."""

import time

import pytest

from apps.posts.exceptions import TextRefused
from apps.posts.rendering import render_text
from apps.posts.text import Kind, checked, checked_lang, length_of, references, tag_key, tokens
from tests.waiting import PATIENCE

pytestmark = pytest.mark.once

FAMILY = "👩‍👩‍👧‍👦"


@pytest.mark.parametrize(
    "text", ["a" * 500, FAMILY * 400, "é" * 500, "각" * 500, "a\r\nb", "\u202eevil", "{{7*7}}", "$gt"]
)
def test_text_of_at_most_500_characters_as_a_reader_counts_them_is_taken(text):
    assert checked(text)


def test_line_ends_are_made_plain_and_the_rim_is_cut_off():
    assert checked("  a\r\nb\rc \n") == "a\nb\nc"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a" * 512, "12 too many: 500 characters are the most. Shorten it, or post it in two parts."),
        (FAMILY * 401, "10,025 bytes"),
        ("x" * 10_000_000, "10,000,000 bytes, and 10,000 are the most"),
        ("@ada " * 100_000, "500,000 bytes"),
        ("a" + "\u0301" * 10_000, "10,000 are the most"),
        ("\ud800", r"Character 1 is half of a pair \(U\+D800\)"),
        ("ab\x00c", r"Character 3 is a control character \(U\+0000\).*Take it out"),
        ("a\x1b[31mb", r"U\+001B"),
        ("", "nothing to see"),
        (" \n\u200b\u2060 ", "nothing to see"),
        (None, "not NoneType"),
        ({"$gt": ""}, "not dict"),
        (b"bytes", "not bytes"),
    ],
)
def test_a_refusal_names_the_value_and_the_remedy(text, words):
    with pytest.raises(TextRefused, match=words) as refused:
        checked(text)
    assert (refused.value.field, refused.value.status) == ("text", 400)


def test_the_limit_is_a_setting(settings):
    settings.POST_LENGTH = 3
    assert checked("abc")
    with pytest.raises(TextRefused, match="1 too many: 3 characters"):
        checked("abcd")


@pytest.mark.parametrize("lang", ["", "en", "pt-BR", "zh-Hant-TW"])
def test_a_language_tag_is_taken(lang):
    assert checked_lang(lang) == lang


@pytest.mark.parametrize("lang", ["e", "en_US", 'en" onclick=x', "en-" + "a" * 9, "en" + "-abcdefgh" * 9, "ж"])
def test_what_is_no_language_tag_is_named(lang):
    with pytest.raises(TextRefused, match="is no language tag"):
        checked_lang(lang)


def test_a_cluster_counts_once():
    assert [length_of(text) for text in ("", "abc", "e\u0301", FAMILY, "🇵🇱🇩🇪", "न्य")] == [0, 3, 1, 1, 2, 1]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@ada and @Bob.", ["ada", "bob"]),
        ("@Ada @ADA @ada", ["ada"]),
        ("(@ada)", ["ada"]),
        ("@ada's", ["ada"]),
        ("hello@ada", []),
        ("@ada@example.org", []),
        ("mail ada@example.org", []),
        ("@@ada", []),
        ("https://example.org/@ada", []),
        ("@ada.", ["ada"]),
        ("@ada.lovelace@example.org", []),
        ("@ada_1-@bob", ["bob"]),
        ("@ａｄａ", ["ada"]),
        ("＠ada", []),
        ("@" + "a" * 31, []),
    ],
)
def test_mentions_are_found(text, names):
    assert references(text)[0] == names


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#Lowwater and #rivers.", ("lowwater", "rivers")),
        ("#Straße #STRASSE", ("strasse",)),
        ("#ｆｕｌｌ", ("full",)),
        ("#हिन्दी #தமிழ் #한국어 #日本語", ("हिन्दी", "தமிழ்", "한국어", "日本語")),
        ("#a1 #1a #2024", ("a1", "1a")),
        ("a#b &#39; ##c https://example.org/#d", ()),
        ("#" + "a" * 101, ()),
        ("#" + "\ufdfa" * 90, ()),
        ("#<script>", ()),
    ],
)
def test_tags_are_found(text, tags):
    assert references(text)[1] == tags


def test_at_most_50_names_and_tags_count():
    names, tags = references(" ".join(f"@n{n} #t{n}" for n in range(80)))
    assert names == [f"n{n}" for n in range(50)]
    assert tags == tuple(f"t{n}" for n in range(50))


def test_a_tag_in_an_address_has_the_same_key():
    assert (tag_key("Straße"), tag_key("2024"), tag_key("a b"), tag_key("")) == ("strasse", "", "", "")


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://example.org.", ["https://example.org"]),
        ("(https://example.org/a_(b))", ["https://example.org/a_(b)"]),
        ("HTTPS://Example.org/?a=1&b=2#c!", ["HTTPS://Example.org/?a=1&b=2#c"]),
        ("https://münchen.example/straße", ["https://münchen.example/straße"]),
        ("https://example.org:8000/", ["https://example.org:8000/"]),
        ("http://[::1]/", ["http://[::1]/"]),
        ("ftp://example.org javascript:alert(1) data:text/html,x //example.org", []),
        ("https://bank.example@evil.example/", []),
        ("https:// http://... http://[ http://a:99999/", []),
        ('https://a.example/"onmouseover="x', ["https://a.example/"]),
        ("https://a.example/\u202egnp.exe", ["https://a.example/"]),
    ],
)
def test_addresses_are_found(text, links):
    assert [token.key for token in tokens(text) if token.kind is Kind.LINK] == links


NASTY = {
    "mentions": "@a " * 3333,
    "ats": "@" * 10_000,
    "dashes": "@" + "a-" * 4999,
    "marks": "a" + "\u0301" * 4990,
    "marked tag": "#a" + "\u0301\u0323" * 2490,
    "addresses": "http://" * 1400,
    "brackets": "http://a" + "(" * 4000 + ")" * 4900,
    "unclosed": "http://[" * 1200,
    "hashes": "#" * 10_000,
    "tags": "#a " * 3333,
    "angles": "<" * 10_000,
    "ampersands": "&" * 10_000,
    "scripts": "<script>alert(1)</script>" * 400,
    "lines": "a\n\n" * 3333,
    "flags": "\U0001f1e6" * 2500,
    "joiners": "\U0001f468\u200d" * 1420,
    "overrides": "a\u202e" * 2500,
    "long": "x" * 10_000_000,
    "10⁵ mentions": "@ada " * 100_000,
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_text_takes_little_time(name, settings):
    """50 ms of CPU, best of three, on a machine that may be busy with something else."""
    settings.POST_LENGTH = 100_000

    def take() -> float:
        began = time.process_time()
        try:
            text = checked(NASTY[name])
        except TextRefused:
            return time.process_time() - began
        names, tags = references(text)
        render_text(text, people={name: name for name in names}, tags=tags)
        return time.process_time() - began

    assert min(take() for _ in range(3)) < 0.05 * PATIENCE
