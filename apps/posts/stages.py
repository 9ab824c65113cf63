"""What follows a post's row: counts, the index of tags, and the emptying of what was deleted. All may be repeated."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from apps.core.ids import NIL, key_of
from apps.graph.counters import ask_and_recount
from apps.journal.activities import Activity, Verb
from apps.journal.handler import journal
from apps.journal.projection import stage

from .activities import ANNOUNCE, NOTE
from .counting import LIKES, POSTS, REPLIES, REPOSTS
from .models import Post, Tagging
from .values import Audience

_TRIES = 5
_TYPED_IN = (Verb.CREATE, Verb.UPDATE)


@stage("post-count", Verb.CREATE, Verb.DELETE, Verb.ANNOUNCE, Verb.LIKE, Verb.UNDO, Verb.HIDE, Verb.SHOW)
def count(activity: Activity, *, now: datetime) -> None:
    """Ask for the counts that an activity may have changed."""
    if Verb.LIKE in (activity.verb, activity.kind):
        ask_and_recount(object_id=activity.object_id, kind=LIKES)
    elif activity.kind in (NOTE, ANNOUNCE):
        _ask_for_those_of(activity.object_id)


def _ask_for_those_of(post_id: UUID) -> None:
    """Ask for what a post or repost counts towards. Where its origin is not projected yet, that stage asks again."""
    for author, parent, reposted in Post.objects.filter(pk=post_id).values_list("author", "parent", "reposted"):
        wanted = [(reposted, REPOSTS)] if reposted != NIL else [(author, POSTS), (parent, REPLIES)]
        for object_id, kind in wanted:
            if object_id != NIL:
                ask_and_recount(object_id=object_id, kind=kind)


@stage("tags", Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.HIDE, Verb.SHOW)
def tags(activity: Activity, *, now: datetime) -> None:
    if activity.kind == NOTE:
        resync_tags(post_id=activity.object_id)


def resync_tags(*, post_id: UUID) -> None:
    """Make the index of tags say what the post's row says, and look again whether the row has changed meanwhile."""
    for _ in range(_TRIES):
        version, wanted = _tags_of(post_id)
        stored = set(Tagging.objects.filter(post=post_id).values_list("tag", flat=True))
        missing = [Tagging(key_of(tag, post_id), tag, post_id) for tag in sorted(wanted - stored)]
        Tagging.objects.bulk_create(missing, ignore_conflicts=True)
        if stored - wanted:
            Tagging.objects.filter(post=post_id, tag__in=sorted(stored - wanted)).delete()
        if _tags_of(post_id)[0] == version:
            return
    raise RuntimeError(f"post {post_id} changed {_TRIES} times while its tags were written")


def _tags_of(post_id: UUID) -> tuple[UUID, set[str]]:
    """Return a post's version and the tags under which it is to be found: none unless anybody may read it."""
    row = Post.objects.filter(pk=post_id).values_list("version", "standing", "audience", "tags").first()
    if row is None:
        return NIL, set()
    version, standing, audience, tags = row
    return version, set(tags) if standing and audience == Audience.PUBLIC else set()


@stage("empty", *_TYPED_IN, Verb.DELETE)
def empty(activity: Activity, *, now: datetime) -> None:
    """Empty what a deleted post was made of: all of it on Delete, and what arrives late by itself."""
    if activity.kind != NOTE:
        return
    if activity.verb == Verb.DELETE:
        made_of = journal().by_object(actor_id=activity.actor_id, object_id=activity.object_id)
        journal().empty([part.id for part in made_of if part.verb in _TYPED_IN])
    elif Post.objects.filter(pk=activity.object_id, deleted__gt=NIL).exists():
        journal().empty([activity.id])


def resync_all_tags(*, batch: int = 500) -> Iterator[int]:
    """Make the whole index of tags anew from the posts; yield how many are through."""
    last, through = NIL, 0
    while ids := list(Post.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]):
        for post_id in ids:
            resync_tags(post_id=post_id)
        last, through = ids[-1], through + len(ids)
        yield through
