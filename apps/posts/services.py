"""Writing posts: check, decide everything, hand the activity to the journal. A check here is an early, friendly answer.

What a projector needs is decided here and stands in the payload: the resolved mentions, audience, tags, thread, the
person replied to, and whether a post is pushed to its author's followers or merged when they read.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import OperationalError

from apps.accounts.selectors import ids_by_names, suspended_ids
from apps.core.away import is_away
from apps.core.ids import NIL
from apps.graph.selectors import follower_count, relations
from apps.journal.activities import STAFF, Activity, Verb
from apps.journal.services import accept, accept_again, rows_may_wait, see_through, with_own

from . import activities, selectors
from .activities import Content
from .exceptions import AudienceRefused, NotYours, PostNotFound
from .text import checked, checked_lang, references
from .values import Audience, Head, Marks, PostView
from .visibility import lets_in

_READERS = {
    Audience.PUBLIC: "everybody",
    Audience.UNLISTED: "everybody who has its address",
    Audience.FOLLOWERS: "followers",
    Audience.MENTIONED: "the people it mentions",
}


def publish(
    *,
    author_id: UUID,
    text: str,
    audience: Audience,
    now: datetime,
    parent_id: UUID | None = None,
    lang: str = "",
    key: str | None = None,
) -> Head:
    """Post ``text``, as a reply if there is a parent; return the head of the new post.

    The same ``key`` returns the same post. A plain one, that answers and mentions nobody, is taken while the database of
    posts does not answer, where the journal lies apart from it. Raises ``TextRefused``, ``PostNotFound`` for the parent, and what
    ``accept`` raises.
    """
    content = _content(text, audience, lang)
    body = ["publish", content.text, int(audience), parent_id, lang]
    try:
        parent = seen(actor_id=author_id, post_id=parent_id, now=now) if parent_id else None
    except PostNotFound:  # It may have gone since this very reply was taken.
        before = accept_again(actor_id=author_id, key=key, body=body, now=now)
        if before is None:
            raise
        return _head(before.object_id)
    is_plain = parent is None and not content.mentions
    pushed = _is_pushed_as_known(author_id) if is_plain else is_pushed(author_id=author_id)

    def build(id: UUID) -> Activity:
        post_id = activities.publication_id(accepted=id, parent=parent.id if parent else NIL)
        return activities.create(
            id=id, actor_id=author_id, post_id=post_id, content=content, pushed=pushed, parent=parent
        )

    after = [parent.id] if parent else []
    activity = accept(actor_id=author_id, build=build, now=now, after=after, key=key, body=body, may_wait=is_plain)
    return selectors.foreseen(activity).head


def edit(
    *,
    actor_id: UUID,
    post_id: UUID,
    text: str,
    now: datetime,
    audience: Audience | None = None,
    lang: str | None = None,
    key: str | None = None,
) -> Head:
    """Replace what a post says; its audience may become narrower, never wider.

    Raises ``TextRefused``, ``AudienceRefused`` and ``PostNotFound``.
    """
    post = own(actor_id=actor_id, post_id=post_id, now=now)
    if post.is_repost or not post.standing:
        raise PostNotFound(post_id)
    content = _content(text, post.audience if audience is None else audience, post.lang if lang is None else lang)
    _refuse_wider(post, content)
    body = ["edit", post_id, content.text, int(content.audience), content.lang]
    if _same(post, content):  # Nothing is edited; what made it so may still have to come through.
        if accept_again(actor_id=actor_id, key=key, body=body, now=now) is None:
            see_through(actor_id=actor_id, object_id=post_id, now=now)
        return _head(post_id)

    def build(id: UUID) -> Activity:
        return activities.update(id=id, actor_id=actor_id, post_id=post_id, content=content)

    accept(actor_id=actor_id, build=build, now=now, after=[post.version], key=key, body=body)
    return _head(post_id)


def delete(*, actor_id: UUID, post_id: UUID, now: datetime, key: str | None = None) -> None:
    """Delete one's own post, for good. Deleting it again does nothing; a repost is undone."""
    post = own(actor_id=actor_id, post_id=post_id, now=now)
    if post.deleted:
        see_through(actor_id=actor_id, object_id=post_id, now=now)
        return

    def build(id: UUID) -> Activity:
        if post.is_repost:
            return activities.undo(id=id, actor_id=actor_id, of=Verb.ANNOUNCE, object_id=post_id)
        return activities.delete(id=id, actor_id=actor_id, post_id=post_id)

    accept(actor_id=actor_id, build=build, now=now, after=[post.version], key=key, body=["delete", post_id])


def like(*, actor_id: UUID, post_id: UUID, now: datetime, key: str | None = None) -> Marks:
    """Like a post that one may see; again changes nothing."""
    post = seen(actor_id=actor_id, post_id=post_id, now=now)
    if not _marks(actor_id, post.id).liked:

        def build(id: UUID) -> Activity:
            return activities.like(id=id, actor_id=actor_id, post_id=post.id)

        accept(actor_id=actor_id, build=build, now=now, key=key, body=["like", post.id])
    return _marks(actor_id, post.id)


def unlike(*, actor_id: UUID, post_id: UUID, now: datetime, key: str | None = None) -> Marks:
    """Take a like back, even if the post may not be seen any more."""
    if _marks(actor_id, post_id).liked:

        def build(id: UUID) -> Activity:
            return activities.undo(id=id, actor_id=actor_id, of=Verb.LIKE, object_id=post_id)

        accept(actor_id=actor_id, build=build, now=now, key=key, body=["unlike", post_id])
    return _marks(actor_id, post_id)


def repost(*, actor_id: UUID, post_id: UUID, now: datetime, key: str | None = None) -> Marks:
    """Put a public, unlisted or own post into one's followers' feeds; again changes nothing.

    Raises ``AudienceRefused`` for another's post that is for few, and ``PostNotFound``.
    """
    post = seen(actor_id=actor_id, post_id=post_id, now=now)
    if post.audience > Audience.UNLISTED and post.author != actor_id:
        raise AudienceRefused("This post is not for everybody, so only its author can repost it. You can reply to it.")
    if _marks(actor_id, post.id).reposted == NIL:
        pushed = is_pushed(author_id=actor_id)

        def build(id: UUID) -> Activity:
            repost_id = activities.publication_id(accepted=id, parent=post.id)
            return activities.announce(
                id=id, actor_id=actor_id, repost_id=repost_id, post_id=post.id, author_id=post.author, pushed=pushed
            )

        accept(actor_id=actor_id, build=build, now=now, after=[post.id], key=key, body=["repost", post.id])
    return _marks(actor_id, post.id)


def undo_repost(*, actor_id: UUID, post_id: UUID, now: datetime, key: str | None = None) -> Marks:
    """Take back every repost that one made of ``post_id``: one, or several after a race. Again changes nothing."""
    standing = selectors.reposts_of(author_id=actor_id, post_id=post_id)
    undone = selectors.reposts_of(author_id=actor_id, post_id=post_id, standing=False) if not standing else []
    for repost_id in standing or undone:
        delete(actor_id=actor_id, post_id=repost_id, now=now, key=f"{key}/{repost_id.hex}" if key else None)
    return _marks(actor_id, post_id)


def hide(*, post_id: UUID, by: UUID, now: datetime) -> None:
    """Take a post or repost out of sight as staff; ``show`` brings it back."""
    _by_staff(activities.hide, post_id, by, now)


def show(*, post_id: UUID, by: UUID, now: datetime) -> None:
    """Lift what ``hide`` did. What its author deleted stays deleted."""
    _by_staff(activities.show, post_id, by, now)


def seen(*, actor_id: UUID, post_id: UUID, now: datetime) -> Head:
    """Return the post of that id, or the one that the repost of that id is of, if ``actor_id`` may see it."""
    head = with_own(lambda: selectors.heads(ids=[post_id]).get(post_id), actor_id=actor_id, now=now)
    if head is not None and head.is_repost and head.standing:
        head = selectors.heads(ids=[head.reposted]).get(head.reposted)
    if head is None or head.is_repost:
        raise PostNotFound(post_id)
    if not lets_in(head=head, relations=relations(viewer_id=actor_id, people=[head.author])):
        raise PostNotFound(post_id)
    if suspended_ids(ids=[head.author]):
        raise PostNotFound(post_id)
    return head


def own(*, actor_id: UUID, post_id: UUID, now: datetime) -> PostView:
    """Return a post of ``actor_id``'s own. Raises ``PostNotFound`` and ``NotYours``."""
    post = with_own(lambda: selectors.posts(ids=[post_id]).get(post_id), actor_id=actor_id, now=now)
    if post is None:
        raise PostNotFound(post_id)
    if post.author != actor_id:
        raise NotYours(post_id)
    return post


def is_pushed(*, author_id: UUID) -> bool:
    """Say whether a post of now is pushed into its author's followers' timelines; else it is merged as they read."""
    return follower_count(person_id=author_id) <= settings.PUSH_LIMIT


def _is_pushed_as_known(author_id: UUID) -> bool:
    """Return what ``is_pushed`` does; True while that can't be known: to push to many is slow, and right."""
    try:
        return (rows_may_wait() and is_away()) or is_pushed(author_id=author_id)
    except OperationalError:
        if not rows_may_wait():
            raise
        return True


def _content(text: str, audience: Audience, lang: str) -> Content:
    text, lang = checked(text), checked_lang(lang)
    names, tags = references(text)
    found = ids_by_names(names=names) if names else {}
    people = tuple(dict.fromkeys(found[name] for name in names if name in found))
    return Content(text, Audience(audience), people, tags, lang)


def _refuse_wider(post: PostView, content: Content) -> None:
    if content.audience < post.audience:
        raise AudienceRefused(
            f"This post is for {_READERS[post.audience]} and can't be opened to {_READERS[content.audience]}: "
            "what was answered under it was written for the smaller circle. Write a new post instead."
        )
    if content.audience is Audience.MENTIONED and not set(content.mentions) <= set(post.named):
        raise AudienceRefused(
            "A post for mentioned people stays with those it named from the beginning. "
            "Take the new names out, or write a new post to them."
        )


def _same(post: PostView, content: Content) -> bool:
    said = (post.text, post.audience, post.mentions, post.tags, post.lang)
    return said == (content.text, content.audience, content.mentions, content.tags, content.lang)


def _by_staff(act: Callable[..., Activity], post_id: UUID, by: UUID, now: datetime) -> None:
    head = _head(post_id)
    accept(actor_id=STAFF, build=lambda id: act(id=id, post_id=post_id, by=by), now=now, after=[head.version])


def _head(post_id: UUID) -> Head:
    head = selectors.heads(ids=[post_id]).get(post_id)
    if head is None:
        raise PostNotFound(post_id)
    return head


def _marks(viewer_id: UUID, post_id: UUID) -> Marks:
    return selectors.marks(viewer_id=viewer_id, post_ids=[post_id])[post_id]
