"""A post's article is rendered once for everybody; what changes apart from the post is filled in, escaped."""

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.core.cache import caches
from django.utils.safestring import mark_safe

from apps.accounts.selectors import Card
from apps.core.ids import NIL
from apps.posts import fragments as module
from apps.posts import selectors
from apps.posts.fragments import Variant, fragments, join
from apps.posts.slots import NAMES, Counts, Slots, filled, reply_to, reposted_by
from apps.posts.values import Audience, Marks

from .factory import at, edit, fold, note, removal

ADA = Card(at(), "Ada", "Ada Lovelace", locked=False, is_suspended=False, version=NIL)
NASTY = Card(at(), "x", '"><script>alert(1)</script>', locked=False, is_suspended=False, version=NIL)
VOID = {"br", "img", "input", "use"}


class Checked(HTMLParser):
    """Whether every element is closed where it was opened, and what there is."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict]] = []
        self.ids: Counter = Counter()
        self.feed(markup)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), attrs
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str, **attrs: str) -> list[dict]:
        return [found for name, found in self.seen if name == tag and attrs.items() <= found.items()]


@pytest.fixture
def post(db):
    def made(**more):
        activity = note(0, **more)
        fold([activity])
        return selectors.posts(ids=[activity.object_id])[activity.object_id]

    return made


def page(post, variant=Variant.FEED, card=ADA, **more) -> str:
    fragment = fragments(posts=[post], variant=variant)[post.id]
    return join(fragment, Slots(post_id=post.id, card=card, time="09:42", **more))


@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize("audience", Audience)
def test_every_variant_is_sound_html_without_inline_code(post, variant, audience):
    html = page(post(text="a\nb\n\nhttps://example.org", audience=audience), variant, viewer_id=at())
    elements = Checked(html)
    assert elements.all("article")[0]["id"] in html
    assert not elements.all("script")
    assert not elements.all("style")
    assert not [attrs for _, attrs in elements.seen if any(name.startswith(("on", "style")) for name in attrs)]
    assert module._MARK not in html


def test_a_feed_shows_a_clock_time_and_a_page_of_its_own_a_stamp(post):
    shown = post(text="hi")
    assert "stamp" not in page(shown)
    assert "Anyone can read this" in page(shown, Variant.FOCUS)
    assert "post-focus" in page(shown, Variant.FOCUS)
    address = f"/@Ada/{shown.id.hex}/"
    assert Checked(page(shown)).all("a", href=address)


@pytest.mark.parametrize(
    ("audience", "words"), [(Audience.FOLLOWERS, "Followers only"), (Audience.MENTIONED, "Mentioned people only")]
)
def test_a_post_for_few_has_a_lock_and_no_repost_button(post, audience, words):
    html = page(post(audience=audience), viewer_id=at())
    assert words in html
    assert "#lock" in html
    assert 'value="repost"' not in html
    assert 'value="like"' in html


def test_the_fragment_is_the_same_for_everybody(post):
    shown = post()
    fragment = fragments(posts=[shown])[shown.id]
    assert set(fragment[1::2]) <= set(NAMES)
    assert "Ada" not in "".join(fragment[0::2])


def test_marks_and_counts_are_filled_in(post):
    shown = post()
    plain = Checked(page(shown, viewer_id=at()))
    assert plain.all("button", value="like", **{"aria-pressed": "false", "class": "act", "aria-label": "Like, 0"})
    marked = Checked(page(shown, viewer_id=at(), marks=Marks(True, at()), counts=Counts(8, 12, 41)))
    on = {"aria-pressed": "true", "class": "act on", "form": "act"}
    assert marked.all("button", value="unlike", **{"aria-label": "Like, 41"}, **on)
    assert marked.all("button", value="unrepost", **{"aria-label": "Repost, 12"}, **on)


def test_the_menu_offers_what_its_reader_may_do(post):
    shown = post()
    own, other = page(shown, viewer_id=ADA.id), page(shown, viewer_id=at())
    assert f"/@Ada/{shown.id.hex}/edit/" in own
    assert "/@Ada/block/" not in own
    assert "/@Ada/block/" in other
    assert "/edit/" not in other


def test_nobody_in_particular_gets_ways_to_log_in_and_no_button(post):
    elements = Checked(page(post(), Variant.FEED_ANYBODY))
    assert not elements.all("button")
    assert len([a for a in elements.all("a") if "login" in a["href"]]) == 3


def test_every_slot_is_escaped(post):
    evil = '"><b onclick=x>'
    html = page(post(), card=NASTY, classes=evil, why=evil)
    html += page(post(), card=NASTY, why=reposted_by(NASTY)) + page(post(), card=NASTY, why=reply_to(NASTY))
    elements = Checked(html)
    assert not elements.all("b")
    assert not elements.all("script")
    time = filled(Slots(post_id=at(), card=NASTY, time=evil))["time"]
    assert time == "&quot;&gt;&lt;b onclick=x&gt;"
    assert set(filled(Slots(post_id=at(), card=NASTY, time=evil))) == set(NAMES)


def test_a_line_over_the_text_says_why_it_is_there(post):
    assert 'Reposted by <a href="/@Ada/"><bdi>Ada Lovelace</bdi></a>' in page(post(), why=reposted_by(ADA))
    assert page(post(), why=mark_safe("<p>x</p>")).count("<p>x</p>") == 1


def test_a_text_can_not_pass_for_a_slot(post):
    text = " ".join(NAMES) + " {{ slot.time }} " + "a" * 24
    shown = post(text=text)
    assert text in page(shown)


def test_only_people_that_the_post_itself_mentions_are_linked(person, post):
    bob = person("Bob")
    one, two = post(text="@bob", mentions=(bob,)), post(text="@bob from elsewhere", source="https://old.example/1")
    drawn = fragments(posts=[one, two])
    assert '<a href="/@Bob/"' in "".join(drawn[one.id])
    assert '<a href="/@Bob/"' not in "".join(drawn[two.id])
    assert "imported" in "".join(drawn[two.id])


def test_an_edit_is_drawn_anew_and_an_older_version_can_not_come_back(post):
    activity = note(0, text="first")
    fold([activity])
    old = selectors.posts(ids=[activity.object_id])[activity.object_id]
    assert "first" in page(old)
    fold([edit(activity, 5, text="second")])
    new = selectors.posts(ids=[activity.object_id])[activity.object_id]
    assert "second" in page(new)
    fragments(posts=[old])  # A slow reader fills the cache with what it read before the edit.
    assert "second" in page(new)
    assert "edited" in page(new, Variant.FOCUS)
    fold([removal(activity, 9)])
    gone = selectors.posts(ids=[activity.object_id])[activity.object_id]
    assert gone.version > new.version
    assert "second" not in page(gone)


def test_fragments_come_from_the_cache(person, django_assert_num_queries):
    bob = person("Bob")
    fold([one := note(0, text="@bob", mentions=(bob,)), two := note(1, text="@bob", mentions=(bob,))])
    posts = list(selectors.posts(ids=[one.object_id, two.object_id]).values())
    with django_assert_num_queries(1):  # the names of those mentioned
        cold = fragments(posts=posts)
    with django_assert_num_queries(0):
        assert fragments(posts=posts) == cold
    caches["fragments"].clear()
    assert fragments(posts=posts) == cold


def test_while_the_cache_is_away_a_process_draws_each_version_once(post, settings, monkeypatch):
    settings.CACHES = {**settings.CACHES, "fragments": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    shown, drawn, render = post(text="hi"), [], module.render
    monkeypatch.setattr(module, "render", lambda **about: drawn.append(about["post"].version) or render(**about))
    newer = replace(shown, version=at(), text="ho")
    for one in (shown, shown, newer, newer):
        assert one.text in "".join(fragments(posts=[one])[one.id])
    assert drawn == [shown.version, newer.version]


def test_a_new_template_draws_anew(post, monkeypatch):
    shown = post(text="hi")
    fragments(posts=[shown])
    monkeypatch.setattr(module, "template_version", lambda: "next")
    monkeypatch.setattr(module, "render", lambda **_: ("drawn anew",))
    assert fragments(posts=[shown]) == {shown.id: ("drawn anew",)}


def test_a_release_that_renders_otherwise_draws_anew(monkeypatch):
    before = module.template_version()
    source = module.inspect.getsource
    for changed in (module.rendering, module.text, module.paths):
        module.template_version.cache_clear()
        monkeypatch.setattr(module.inspect, "getsource", lambda of, its=changed: source(of) + "#" * (of is its))
        assert module.template_version() != before, changed
    monkeypatch.undo()
    module.template_version.cache_clear()
    assert module.template_version() == before


def test_the_language_of_a_post_is_said(post):
    shown = post(text="hi")
    assert Checked(page(shown)).all("div", lang="en", dir="auto")
    assert not Checked(page(replace(shown, lang="", version=at()))).all("div", lang="")
