"""What erasing a person takes along here: their posts, reposts and likes, and what is derived of them."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from apps.core.ids import NIL
from apps.graph.counters import ask
from apps.journal.signals import erased

from .counting import LIKES, REPLIES, REPOSTS
from .models import Like, MergeAuthor, Post, Tagging

_BATCH = 500


@receiver(erased, dispatch_uid="posts.erase")
def erase(*, actor_id: UUID, **_: Any) -> None:
    """Delete what a person left here, in parts, and ask for the counts of what it was done to."""
    MergeAuthor.objects.filter(pk=actor_id).delete()
    while rows := list(Post.objects.filter(author=actor_id).values_list("pk", "parent", "reposted")[:_BATCH]):
        gone = [id for id, _, _ in rows]
        Tagging.objects.filter(post__in=gone).delete()
        Post.objects.filter(pk__in=gone).delete()
        _ask([(parent, REPLIES) for _, parent, _ in rows] + [(reposted, REPOSTS) for _, _, reposted in rows])
    while likes := list(Like.objects.filter(actor=actor_id).values_list("pk", "object")[:_BATCH]):
        Like.objects.filter(pk__in=[id for id, _ in likes]).delete()
        _ask([(object_id, LIKES) for _, object_id in likes])


def _ask(wanted: list[tuple[UUID, str]]) -> None:
    for object_id, kind in set(wanted):
        if object_id != NIL:
            ask(object_id=object_id, kind=kind)
