"""What erasing a person takes along here: their posts, reposts and likes, and what is derived of them."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from apps.core import folds
from apps.core.ids import NIL
from apps.graph.counters import ask
from apps.journal.signals import erased

from .counting import LIKES, REPLIES, REPOSTS
from .models import Like, MergeAuthor, Post, Tagging
from .projectors import staff_fold

_BATCH = 500
_NEEDED = ("pk", "parent", "reposted", "hidden", "shown")


@receiver(erased, dispatch_uid="posts.erase")
def erase(*, actor_id: UUID, **_: Any) -> None:
    """Delete what a person left here, in parts, and ask for the counts of what it was done to."""
    MergeAuthor.objects.filter(pk=actor_id).delete()
    while rows := list(Post.objects.filter(author=actor_id).values(*_NEEDED)[:_BATCH]):
        gone = [row["pk"] for row in rows]
        Tagging.objects.filter(post__in=gone).delete()
        Post.objects.filter(pk__in=gone).delete()
        _keep_acts_of_staff(rows)
        _ask([(row["parent"], REPLIES) for row in rows] + [(row["reposted"], REPOSTS) for row in rows])
    while likes := list(Like.objects.filter(actor=actor_id).values_list("pk", "object")[:_BATCH]):
        Like.objects.filter(pk__in=[id for id, _ in likes]).delete()
        _ask([(object_id, LIKES) for _, object_id in likes])


def _keep_acts_of_staff(rows: list[dict[str, Any]]) -> None:
    """Leave what replay makes of the journal that is left: for a post that was hidden, a row that is nobody's."""
    for row in rows:
        if row["hidden"] != NIL or row["shown"] != NIL:
            folds.apply(staff_fold(post_id=row["pk"], hidden=row["hidden"], shown=row["shown"]))


def _ask(wanted: list[tuple[UUID, str]]) -> None:
    ask(pair for pair in wanted if pair[0] != NIL)
