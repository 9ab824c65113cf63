"""Counts of posts, replies, likes and reposts. They are asked for by stages and recounted by jobs, never folded."""

from collections.abc import Iterable
from uuid import UUID

from apps.core.ids import NIL
from apps.graph.counters import register_counter, values

from .models import Like, Post
from .values import Audience, Counts

POSTS, REPLIES, LIKES, REPOSTS = "posts", "replies", "likes", "reposts"
KINDS = (REPLIES, REPOSTS, LIKES)
"""What is counted of a post, in the order of ``Counts``; ``POSTS`` is counted of a person."""


def count_posts(object_id: UUID) -> int:
    """Count what somebody wrote for more than a few: anybody may read this number."""
    written = Post.objects.filter(author=object_id, standing=True, reposted=NIL)
    return written.filter(audience__lt=Audience.MENTIONED).count()


def count_replies(object_id: UUID) -> int:
    """Count the replies that anybody may read, as anybody may read this number."""
    return Post.objects.filter(parent=object_id, standing=True, audience__lte=Audience.UNLISTED).count()


def count_likes(object_id: UUID) -> int:
    return Like.objects.filter(object=object_id, standing=True).count()


def count_reposts(object_id: UUID) -> int:
    """Count people, not reposts: a race may let somebody repost twice."""
    return Post.objects.filter(reposted=object_id, standing=True).values("author").distinct().count()


def counts_of(*, post_ids: Iterable[UUID]) -> dict[UUID, Counts]:
    """Return the stored counts of posts, in one query."""
    wanted = list(dict.fromkeys(post_ids))
    found = values(ids=wanted, kinds=KINDS)
    return {id: Counts(*(found[id, kind] for kind in KINDS)) for id in wanted}


register_counter(POSTS, count_posts)
register_counter(REPLIES, count_replies)
register_counter(LIKES, count_likes)
register_counter(REPOSTS, count_reposts)
