"""What follows a post's row: counts, the index of tags, and the emptying of what was deleted. All may be repeated."""

from collections.abc import Iterable, Iterator, Sequence
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
from .selectors import ids_after
from .values import Audience

_TRIES = 5
_TYPED_IN = (Verb.CREATE, Verb.UPDATE)


@stage(
    "post-count",
    *(Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.ANNOUNCE, Verb.LIKE, Verb.UNDO, Verb.HIDE, Verb.SHOW),
)
def count(activities: Sequence[Activity], *, now: datetime) -> None:
    """Ask for the counts that activities may have changed."""
    liked = [(a.object_id, LIKES) for a in activities if Verb.LIKE in (a.verb, a.kind)]
    changed = [a.object_id for a in activities if a.kind in (NOTE, ANNOUNCE)]
    ask_and_recount([*liked, *_counted_towards(changed)])


def _counted_towards(ids: Sequence[UUID]) -> Iterator[tuple[UUID, str]]:
    """Yield what posts and reposts count towards. Where an origin is not projected yet, that stage asks again."""
    for author, parent, reposted in Post.objects.filter(pk__in=ids).values_list("author", "parent", "reposted"):
        wanted = [(reposted, REPOSTS)] if reposted != NIL else [(author, POSTS), (parent, REPLIES)]
        yield from (pair for pair in wanted if pair[0] != NIL)


@stage("tags", Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.HIDE, Verb.SHOW)
def tags(activities: Sequence[Activity], *, now: datetime) -> None:
    resync_tags(activity.object_id for activity in activities if activity.kind == NOTE)


def resync_tags(post_ids: Iterable[UUID]) -> None:
    """Make the index of tags say what the posts' rows say, and look again whether a row has changed meanwhile."""
    left = set(post_ids)
    for _ in range(_TRIES):
        versions, wanted = _tags_of(left)
        stored = {(tag, post) for tag, post in Tagging.objects.filter(post__in=left).values_list("tag", "post")}
        missing = [Tagging(key_of(tag, post), tag, post) for tag, post in sorted(wanted - stored)]
        if missing:
            Tagging.objects.bulk_create(missing, ignore_conflicts=True)
        if stored - wanted:
            Tagging.objects.filter(pk__in=[key_of(tag, post) for tag, post in stored - wanted]).delete()
        if stored == wanted:  # Nothing was written, so nothing newer was overwritten.
            return
        left = {post for post, version in _tags_of(left)[0].items() if version != versions.get(post)}
        if not left:
            return
    raise RuntimeError(f"posts {sorted(map(str, left))} changed {_TRIES} times while their tags were written")


def _tags_of(ids: set[UUID]) -> tuple[dict[UUID, UUID], set[tuple[str, UUID]]]:
    """Return the versions of posts, and under which tags each is to be found: none unless anybody may read it."""
    rows = Post.objects.filter(pk__in=ids).values_list("pk", "version", "standing", "audience", "tags")
    versions = {post: version for post, version, *_ in rows}
    readable = [(post, tags) for post, _, standing, audience, tags in rows if standing and audience == Audience.PUBLIC]
    return versions, {(tag, post) for post, tags in readable for tag in tags}


@stage("empty", *_TYPED_IN, Verb.DELETE)
def empty(activities: Sequence[Activity], *, now: datetime) -> None:
    """Empty what a deleted post was made of: all of it on Delete, and what arrives late by itself."""
    notes = [activity for activity in activities if activity.kind == NOTE]
    for removal in (note for note in notes if note.verb == Verb.DELETE):
        made_of = journal().by_object(actor_id=removal.actor_id, object_id=removal.object_id)
        journal().empty([part.id for part in made_of if part.verb in _TYPED_IN])
    typed_in = [note for note in notes if note.verb in _TYPED_IN]
    posts = {note.object_id for note in typed_in}
    deleted = set(Post.objects.filter(pk__in=posts, deleted__gt=NIL).values_list("pk", flat=True))
    journal().empty([note.id for note in typed_in if note.object_id in deleted])


def resync_all_tags(*, batch: int = 500) -> Iterator[int]:
    """Make the whole index of tags anew from the posts; yield how many are through."""
    last, through = NIL, 0
    while ids := ids_after(last, limit=batch):
        resync_tags(ids)
        last, through = ids[-1], through + len(ids)
        yield through
