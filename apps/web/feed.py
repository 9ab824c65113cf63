"""A page of entries as HTML: day rubrics, posts joined from their fragments, and the way to older and newer ones.

Everything that the posts of a page need is asked for at once: one query each for counts, the viewer's marks, and those
texts and people that are not at hand, however many posts there are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain
from uuid import UUID

from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.accounts.selectors import Card, cards
from apps.core.ids import NIL, moment_of
from apps.posts import counting, selectors
from apps.posts.fragments import Fragment, Variant, cached, fragments, join
from apps.posts.slots import Slots, reply_to, reposted_by
from apps.posts.values import Counts, Entry, Head, Marks, PostView
from apps.timelines.selectors import may_read
from apps.timelines.values import Page

from . import marks, times
from .marks import NOTHING, together

_NOTHING_CAME = Page()
_END = "That is all, back to the first."


@dataclass(frozen=True)
class Joined:
    """What is filled into a page's posts, by id."""

    people: Mapping[UUID, Card]
    counts: dict[UUID, Counts]
    marks: dict[UUID, Marks]
    viewer_id: UUID


def render(page: Page, *, viewer_id: UUID, now: datetime, path: str, by_month: bool = False) -> SafeString:
    """Return the HTML of ``page``; empty if there is nothing on it and nothing before or after."""
    if not page.entries and page.newer is None and page.older is None:
        return NOTHING
    articles = _articles(page, viewer_id, now, by_month)
    return together([*_newer(page, path), *articles, *_older(page, path)])


def gather(
    *, entries: Sequence[Entry], viewer_id: UUID, people: Mapping[UUID, Card], came: Page = _NOTHING_CAME
) -> Joined:
    """Ask for everything that is filled into the posts of ``entries``, but for what is at hand: ``people``, and what
    ``came`` with the page.
    """
    wanted = list(dict.fromkeys(entry.post for entry in entries))
    met = chain.from_iterable(entry.people for entry in entries)
    strangers = {id for id in met if id not in people}
    uncounted, unmarked = ([id for id in wanted if id not in known] for known in (came.counts, came.marks))
    return Joined(
        people={**people, **cards(ids=strangers)} if strangers else people,
        counts={**came.counts, **(counting.counts_of(post_ids=uncounted) if uncounted else {})},
        marks={**came.marks, **selectors.marks(viewer_id=viewer_id, post_ids=unmarked)},
        viewer_id=viewer_id,
    )


def variant_for(viewer_id: UUID, *, focus: bool = False) -> Variant:
    """Return what is drawn for somebody, or for nobody with ways to log in instead of buttons."""
    if viewer_id == NIL:
        return Variant.FOCUS_ANYBODY if focus else Variant.FEED_ANYBODY
    return Variant.FOCUS if focus else Variant.FEED


def draw(heads: Iterable[Head], *, viewer_id: UUID, now: datetime) -> dict[UUID, Fragment]:
    """Return the fragments of those posts; texts are asked for only where the cache has none."""
    variant = variant_for(viewer_id)
    asked = {head.id: head for head in heads}
    drawn = cached(heads=asked.values(), variant=variant)
    missing = [head for id, head in asked.items() if id not in drawn]
    if missing:
        drawn |= fragments(posts=written(missing, viewer_id=viewer_id, now=now).values(), variant=variant)
    return drawn


def written(heads: Iterable[Head], *, viewer_id: UUID, now: datetime) -> dict[UUID, PostView]:
    """Return the posts of ``heads``, which the viewer may see; without what changed meanwhile and is for them no more."""
    versions = {head.id: head.version for head in heads}
    return {
        id: post
        for id, post in selectors.posts(ids=versions).items()
        if post.version == versions[id] or may_read(viewer_id=viewer_id, head=post, now=now)
    }


def slots_of(
    entry: Entry, joined: Joined, *, time: str, why: SafeString = NOTHING, classes: str = "", level: int = 3
) -> Slots:
    """Return what is filled into the fragment of ``entry``'s post."""
    return Slots(
        post_id=entry.post,
        card=joined.people[entry.post_author],
        time=time,
        why=why,
        counts=joined.counts[entry.post],
        marks=joined.marks[entry.post],
        viewer_id=joined.viewer_id,
        classes=classes,
        level=level,
    )


def _articles(page: Page, viewer_id: UUID, now: datetime, by_month: bool) -> Iterator[SafeString]:
    entries = [shown.entry for shown in page.entries]
    joined = gather(entries=entries, viewer_id=viewer_id, people=page.people, came=page)
    missing = [shown.original for shown in page.entries if shown.entry.post not in page.fragments]
    drawn = {**page.fragments, **draw(missing, viewer_id=viewer_id, now=now)} if missing else page.fragments
    zone, above = times.reader_zone(), ""
    today = now.astimezone(zone).date()
    for entry in entries:
        fragment = drawn.get(entry.post)
        if fragment is None or entry.post_author not in joined.people:
            continue
        rubric, time = times.said_of(entry.id, today=today, zone=zone, by_month=by_month)
        if rubric != above:
            above = rubric
            yield _heading(rubric)
        if entry.is_repost:
            time = _time_of_reposted(entry)
        classes = "again" if entry.is_repost else ""
        yield join(fragment, slots_of(entry, joined, time=time, why=_why(entry, joined), classes=classes))


@lru_cache(maxsize=256)
def _heading(rubric: str) -> SafeString:
    return format_html('<h2 class="rubric">{}</h2>\n', rubric)


def _time_of_reposted(entry: Entry) -> str:
    """Return the time of the post; its date where it stands under another day, on which it was reposted."""
    posted, stands = moment_of(entry.post), moment_of(entry.id)
    return times.clock(posted) if times.is_same_day(posted, stands) else times.date(posted, now=stands)


def _why(entry: Entry, joined: Joined) -> SafeString:
    if entry.is_repost:
        return reposted_by(joined.people[entry.author]) if entry.author in joined.people else NOTHING
    return NOTHING if entry.person == entry.author else replies_to(entry.person, joined)


def replies_to(person_id: UUID, joined: Joined) -> SafeString:
    """Return the line that says whom a post answers, where there is anybody whom it may name."""
    person = joined.people.get(person_id)
    return NOTHING if person is None or person.is_suspended else reply_to(person)


def _newer(page: Page, path: str) -> Iterator[SafeString]:
    if page.newer is not None:
        yield link(f"{path}?after={page.newer.hex}", "Newer posts", "prev")


def _older(page: Page, path: str) -> Iterator[SafeString]:
    if page.older is not None:
        yield link(f"{path}?before={page.older.hex}", "Older posts", "next")
    else:
        yield format_html(
            '<div class="peek" aria-hidden="true">{}</div>\n<p class="peek-word fine">{}</p>\n', marks.ears(), _END
        )


def link(href: str, words: str, rel: str) -> SafeString:
    """Return the link to the next page, or the one before."""
    return format_html('<p class="in center gap"><a class="btn" rel="{}" href="{}">{}</a></p>\n', rel, href, words)
