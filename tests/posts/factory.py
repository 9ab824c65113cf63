"""Activities and rows for tests of posts, made as the services make them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from apps.core import folds, ids
from apps.core.ids import NIL
from apps.journal import projection
from apps.journal.activities import Activity, emptied
from apps.posts import activities, selectors
from apps.posts.activities import Content
from apps.posts.values import Audience, Head

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(seconds: float = 0) -> UUID:
    return ids.mint(now=NOW + timedelta(seconds=seconds))


def note(
    seconds: float = 0,
    *,
    author: UUID | None = None,
    text: str = "hello",
    audience: Audience = Audience.PUBLIC,
    mentions: tuple[UUID, ...] = (),
    tags: tuple[str, ...] = (),
    parent: Head | None = None,
    pushed: bool = True,
    post_id: UUID | None = None,
    source: str = "",
) -> Activity:
    id = at(seconds)
    post_id = post_id or activities.publication_id(accepted=id, parent=parent.id if parent else NIL)
    content = Content(text, audience, mentions, tags, "en")
    return activities.create(
        id=id, actor_id=author or at(), post_id=post_id, content=content, pushed=pushed, parent=parent, source=source
    )


def edit(
    of: Activity, seconds: float, *, text: str = "edited", audience: Audience = Audience.PUBLIC, **more
) -> Activity:
    content = Content(text, audience, **more)
    return activities.update(id=at(seconds), actor_id=of.actor_id, post_id=of.object_id, content=content)


def removal(of: Activity, seconds: float) -> Activity:
    return activities.delete(id=at(seconds), actor_id=of.actor_id, post_id=of.object_id)


def repost(of: Activity, seconds: float, *, actor: UUID | None = None, pushed: bool = True) -> Activity:
    id = at(seconds)
    return activities.announce(
        id=id,
        actor_id=actor or at(),
        repost_id=activities.publication_id(accepted=id, parent=of.object_id),
        post_id=of.object_id,
        author_id=of.actor_id,
        pushed=pushed,
    )


def without_payload(activity: Activity) -> Activity:
    """Return it as Delete leaves it in the journal."""
    return Activity(activity.id, activity.actor_id, activity.verb, activity.object_id, emptied(activity.payload))


def fold(history: Iterable[Activity]) -> None:
    """Project the rows of ``history`` in the given order, each by its own statement."""
    for activity in history:
        for row_fold in projection.row_folds(activity):
            folds.apply(row_fold)


def head_of(activity: Activity) -> Head:
    return selectors.heads(ids=[activity.object_id])[activity.object_id]
