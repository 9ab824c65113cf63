"""Every feed, as pages. ``viewer_id`` is ``NIL`` or None for somebody who is not logged in."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from apps.core.errors import NotFound
from apps.core.freshness import may_be_stale
from apps.core.ids import MAX, NIL
from apps.graph import selectors as graph
from apps.journal.services import catch_up, with_own
from apps.posts import selectors as posts
from apps.posts.values import Entry, Head

from . import oracle
from .facts import facts_for
from .home import Home
from .reader import Reader
from .values import Page, Shown
from .walk import page

MOST_IN_THREAD = 500


def home(
    *, viewer_id: UUID, before: UUID | None = None, after: UUID | None = None, limit: int = 20, now: datetime
) -> Page:
    """Return a page of the viewer's own feed."""
    facts = facts_for(viewer_id, now=now)
    source, reader = Home(viewer_id, now=now, facts=facts), Reader(viewer_id, now, at_home=True, given=facts)
    jump = partial(_next_seen, source, reader)
    found = page(source.fetch, reader, before=before, after=after, limit=limit, jump=jump)
    facts.finish(list(dict.fromkeys(shown.entry.post for shown in found.entries)))
    return replace(
        found,
        degraded=source.degraded or facts.degraded,
        counts=facts.counts,
        marks=facts.marks,
        fragments=facts.fragments,
        waiting=facts.waiting,
    )


def _next_seen(source: Home, reader: Reader, before: UUID) -> UUID | None:
    """Ask the oracle, leaving out whom the viewer mutes or blocks, for the next entry that may be seen."""
    avoided = graph.avoided(viewer_id=source.viewer_id)
    out = {p for p in avoided.by_person if avoided.blocks_between(p) or avoided.mutes(p, reader.now)}
    authors = {*source.following, source.viewer_id} - out
    size = 200
    while True:
        entries = oracle.entries(
            viewer_id=source.viewer_id, following=source.following, before=before, limit=size, authors=authors
        )
        seen = reader.seen(entries)
        for entry in entries:
            if entry.id in seen:
                return entry.id
        if len(entries) < size:
            return None
        before, size = entries[-1].id, size * 2


def profile(
    *,
    viewer_id: UUID | None,
    person_id: UUID,
    before: UUID | None = None,
    after: UUID | None = None,
    limit: int = 20,
    now: datetime,
) -> Page:
    """Return a page of what one person posted and reposted. A mute doesn't count: the viewer came to read them."""
    if viewer_id == person_id:
        catch_up(actor_id=person_id, now=now)

    def source(before: UUID, after: UUID, limit: int, *, newest_first: bool) -> list[Entry]:
        with may_be_stale(reader_id=viewer_id or NIL, now=now):
            return posts.author_entries(
                author=person_id, before=before, after=after, newest_first=newest_first, limit=limit
            )

    return page(source, Reader(viewer_id or NIL, now, unmuted=True), before=before, after=after, limit=limit)


def public(
    *, viewer_id: UUID | None, before: UUID | None = None, after: UUID | None = None, limit: int = 20, now: datetime
) -> Page:
    """Return a page of what everybody posted in public, without replies and reposts."""
    if before is None:  # What waits is new.
        catch_up(actor_id=viewer_id or NIL, now=now)

    def source(before: UUID, after: UUID, limit: int, *, newest_first: bool) -> list[Entry]:
        return posts.public_entries(before=before, after=after, newest_first=newest_first, limit=limit)

    return page(source, Reader(viewer_id or NIL, now), before=before, after=after, limit=limit)


def tag(
    *,
    viewer_id: UUID | None,
    tag: str,
    before: UUID | None = None,
    after: UUID | None = None,
    limit: int = 20,
    now: datetime,
) -> Page:
    """Return a page of public posts with a tag."""

    def source(before: UUID, after: UUID, limit: int, *, newest_first: bool) -> list[Entry]:
        return posts.tag_entries(tag=tag, before=before, after=after, newest_first=newest_first, limit=limit)

    return page(source, Reader(viewer_id or NIL, now), before=before, after=after, limit=limit)


def thread(
    *, viewer_id: UUID | None, post_id: UUID, now: datetime, after: UUID | None = None, limit: int = MOST_IN_THREAD
) -> Page:
    """Return the thread around a post, oldest first, with what the viewer may see of it.

    Raises ``NotFound`` where the post itself may not be seen, or is not there.
    """
    head = visible(viewer_id=viewer_id, post_id=post_id, now=now).original
    reader = Reader(viewer_id or NIL, now, unmuted=True)
    with may_be_stale(reader_id=reader.viewer_id, now=now):
        entries = posts.thread_entries(thread=head.thread, after=after or NIL, limit=limit)
    seen = reader.seen(entries)
    shown = tuple(seen[entry.id] for entry in entries if entry.id in seen)
    newer = entries[-1].id if len(entries) == limit else None
    return Page(shown, newer=newer, people=reader.people, parents=reader.facts.parents)


def visible(*, viewer_id: UUID | None, post_id: UUID, now: datetime) -> Shown:
    """Return a post that the viewer may see; refuse any other as if there were none."""
    entry = with_own(lambda: posts.entries_by_id(ids=[post_id]).get(post_id), actor_id=viewer_id or NIL, now=now)
    seen = Reader(viewer_id or NIL, now, unmuted=True).seen([entry]) if entry and post_id not in (NIL, MAX) else {}
    if post_id not in seen:
        raise NotFound("This post is not here. It may have been deleted by the person who wrote it.")
    return seen[post_id]


def may_read(*, viewer_id: UUID | None, head: Head, now: datetime) -> bool:
    """Say whether the viewer may see a post whose head is at hand."""
    entry = Entry(head.id, head.author, head.person, head.id, head.author, head.direct, head.named)
    return head.id in Reader(viewer_id or NIL, now, unmuted=True).seen([entry])
