"""A thread around one of its posts: what led to it, the post itself, what was answered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.safestring import SafeString

from apps.accounts.selectors import Card, cards
from apps.core.ids import moment_of
from apps.posts.fragments import Fragment, fragments, join
from apps.posts.slots import Slots
from apps.posts.values import Entry, Head, PostView
from apps.timelines.values import Page

from . import times
from .feed import Joined, draw, gather, replies_to, slots_of, variant_for, written
from .marks import NOTHING, together

REPLIES_AT_ONCE = 50
_MOST_CARDS = 6


@dataclass(frozen=True)
class Conversation:
    """``above`` are the posts that led to ``focus``; ``replies`` is what follows from it. Both oldest first."""

    above: tuple[Entry, ...]
    focus: Entry
    replies: tuple[Entry, ...]
    heads: Mapping[UUID, Head]
    people: Mapping[UUID, Card]
    is_torn: bool
    """Whether something that ``above`` or ``focus`` answers is not there any more, or not for this viewer."""


def around(*, page: Page, post: Head) -> Conversation:
    """Return the conversation around ``post``, from what the viewer may see of its thread."""
    found = {shown.entry.id: shown.entry for shown in page.entries} | {post.id: entry_of(post)}
    heads = {shown.entry.id: shown.head for shown in page.entries} | {post.id: post}
    parents = {**page.parents, post.id: post.parent}  # What is gone still says what stands below it.
    above = list(_chain(post.id, parents))
    led = tuple(found[id] for id in reversed(above) if id in found)
    below = {post.id}
    for id in sorted(parents):
        if parents[id] in below:
            below.add(id)
    replies = tuple(found[id] for id in sorted(below - {post.id}) if id in found)
    return Conversation(led, found[post.id], replies, heads, page.people, is_torn=len(led) < len(above))


def entry_of(post: Head) -> Entry:
    return Entry(post.id, post.author, post.person, post.id, post.author, post.direct, post.named)


def _chain(post_id: UUID, parents: dict[UUID, UUID]) -> Iterator[UUID]:
    """Yield the ids that a post answers, the nearest first, until one is not at hand."""
    while (parent := parents.get(post_id)) and parent.int:
        yield parent
        post_id = parent


@dataclass(frozen=True)
class About:
    """What stands beside a thread: who is in it (some of them as cards), how much, since when."""

    cards: tuple[Card, ...]
    people: int
    posts: int
    since: str


@dataclass(frozen=True)
class Drawing:
    """A conversation as HTML, in the two parts between which the composer stands."""

    before: SafeString
    after: SafeString
    focus: PostView
    between: tuple[Card, ...]
    """The author and those whom the post mentions."""
    about: About


def drawn(talk: Conversation, *, viewer_id: UUID, now: datetime) -> Drawing | None:
    """Return the HTML; None if the post was deleted or narrowed between two queries."""
    entries, focus = [*talk.above, talk.focus, *talk.replies], talk.heads[talk.focus.id]
    joined = gather(entries=entries, viewer_id=viewer_id, people=talk.people)
    post = written([focus], viewer_id=viewer_id, now=now).get(focus.id)
    if post is None or post.author not in joined.people:
        return None
    others = draw((talk.heads[e.id] for e in entries if e.id != focus.id), viewer_id=viewer_id, now=now)
    drawn = fragments(posts=[post], variant=variant_for(viewer_id, focus=True))
    slots = slots_of(talk.focus, joined, time=times.stamp(moment_of(post.id)), level=2)
    between = (*dict.fromkeys((post.author, *post.mentions)),)
    people = {**joined.people, **cards(ids=set(between) - joined.people.keys())}
    return Drawing(
        before=together([*_above(talk.above, others, joined, now), join(drawn[post.id], slots)]),
        after=together(_below(talk, others, joined, now)),
        focus=post,
        between=tuple(people[id] for id in between if id in people),
        about=_about(talk, joined, now),
    )


def _about(talk: Conversation, joined: Joined, now: datetime) -> About:
    entries = [*talk.above, talk.focus, *talk.replies]
    people = list(dict.fromkeys(entry.author for entry in entries))
    known = tuple(joined.people[id] for id in people if id in joined.people)
    since = times.short(moment_of(entries[0].id), now=now)
    return About(known[:_MOST_CARDS], len(people), len(entries), since)


def _above(
    entries: Sequence[Entry], others: dict[UUID, Fragment], joined: Joined, now: datetime
) -> Iterator[SafeString]:
    for entry in _known(entries, others, joined):
        yield join(others[entry.id], _slots(entry, joined, now, classes="joined", level=2))


def _below(talk: Conversation, others: dict[UUID, Fragment], joined: Joined, now: datetime) -> Iterator[SafeString]:
    """Yield the replies; one that the next one answers is joined to it, one that answers another says whom."""
    replies = _known(talk.replies, others, joined)
    parents = {entry.id: talk.heads[entry.id].parent for entry in replies}
    for at, entry in enumerate(replies):
        after, before = replies[at + 1 : at + 2], replies[at - 1 : at] if at else []
        is_plain = parents[entry.id] in {talk.focus.id, *(other.id for other in before)}
        why = NOTHING if is_plain else replies_to(entry.person, joined)
        leads_on = bool(after) and parents[after[0].id] == entry.id
        yield join(others[entry.id], _slots(entry, joined, now, classes="joined" if leads_on else "", why=why))


def _known(entries: Sequence[Entry], others: dict[UUID, Fragment], joined: Joined) -> list[Entry]:
    return [entry for entry in entries if entry.id in others and entry.author in joined.people]


def _slots(
    entry: Entry, joined: Joined, now: datetime, *, classes: str, level: int = 3, why: SafeString = NOTHING
) -> Slots:
    time = times.short(moment_of(entry.id), now=now)
    return slots_of(entry, joined, time=time, classes=classes, level=level, why=why)
