"""What hangs on posts' rows without being folded, made anew after a replay: the index of tags, and counts."""

from typing import Any

from django.dispatch import receiver

from apps.accounts import selectors as accounts
from apps.core.ids import NIL
from apps.graph.counters import ask
from apps.graph.selectors import FOLLOWERS, FOLLOWING
from apps.journal.signals import replayed

from . import selectors
from .counting import KINDS, POSTS
from .stages import resync_all_tags

_BATCH = 500


@receiver(replayed, dispatch_uid="posts.rebuild")
def rebuild(**_kwargs: Any) -> None:
    """Resync all tags; ask for every count of every post, and for what is counted of each person."""
    for _ in resync_all_tags():
        pass
    for next_ids, kinds in ((selectors.ids_after, KINDS), (accounts.ids_after, (POSTS, FOLLOWERS, FOLLOWING))):
        last = NIL
        while ids := next_ids(last, limit=_BATCH):
            ask((id, kind) for id in ids for kind in kinds)
            last = ids[-1]
