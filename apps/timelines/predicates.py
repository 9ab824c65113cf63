"""The two predicates that decide every feed, over values only. Queries may narrow; they never decide."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from apps.core.ids import NIL
from apps.graph.values import Relations
from apps.posts.values import Entry, Head
from apps.posts.visibility import lets_in


def belongs(*, viewer_id: UUID, following: Collection[UUID], entry: Entry) -> bool:
    """Say whether ``entry`` is one of the viewer's home timeline, whatever may be seen of it.

    Only what never changes about an entry counts, and whom the viewer follows now: so what is stored stays right.
    """
    if entry.author == viewer_id:
        return True
    if entry.author not in following:
        return False
    if entry.direct and viewer_id not in entry.named:
        return False
    return entry.person in (NIL, viewer_id) or entry.person in following


def may_see(*, relations: Relations, head: Head, original: Head, suspended: Collection[UUID], now: datetime) -> bool:
    """Say whether the viewer may see a post, or a repost and what it reposts (``original``), at ``now``.

    ``relations`` and ``suspended`` must cover both authors; on a page visited on purpose, relations are without mutes.
    """
    for one in (head,) if head is original else (head, original):
        if one.author in suspended or relations.mutes(one.author, now) or not lets_in(head=one, relations=relations):
            return False
    return True
