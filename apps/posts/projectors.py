"""The folds of posts, reposts and likes: pure functions of one activity, order and repetition of which don't matter.

Of several Creates of one object the least stands; an Update beats a Create and a later Update an earlier one; the
author's Delete (for a repost: Undo) is final and clears what was typed; the audience is the narrowest that was said;
staff's Hide and Show are registers of their own. Only who wrote a thing is accepted (``services``) for changing it.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from apps.core.expressions import (
    Expr,
    Not,
    Old,
    all_of,
    any_of,
    eq,
    expr,
    greatest,
    gt,
    lowered,
    lt,
    raised,
    when,
)
from apps.core.folds import RowFold
from apps.core.ids import NIL, key_of
from apps.journal.activities import STAFF, Activity, Verb
from apps.journal.projection import register_projected, row_projector

from .activities import ANNOUNCE, NOTE, id_of, ids_of
from .models import Like, MergeAuthor, Post
from .values import Audience

TYPED: Mapping[str, Any] = {"text": "", "tags": [], "mentions": (), "lang": "", "source": "", "imported": False}
"""What a deleted row does not keep, as it is then. Its audience is then the narrowest: nobody reads it."""

register_projected(Post)
register_projected(Like)
register_projected(MergeAuthor)


@row_projector(Verb.CREATE)
def project_create(activity: Activity) -> Iterator[RowFold]:
    payload = activity.payload
    if payload.get("type") != NOTE:
        return
    said = _said(payload, "named") | {"source": payload.get("source", ""), "imported": payload.get("imported", False)}
    origin = {
        "author": activity.actor_id,
        "direct": payload.get("direct", False),
        "named": ids_of(payload.get("named", ())),
        "parent": id_of(payload.get("parent")),
        "thread": id_of(payload.get("thread")),
        "person": id_of(payload.get("person")),
        "pushed": payload.get("pushed", True),
    }
    yield _origin_fold(activity, origin, said)
    yield from _merged(activity)


@row_projector(Verb.ANNOUNCE)
def project_announce(activity: Activity) -> Iterator[RowFold]:
    payload = activity.payload
    origin = {
        "author": activity.actor_id,
        "reposted": id_of(payload["post"]),
        "reposted_author": id_of(payload["author"]),
        "pushed": payload.get("pushed", True),
    }
    yield _origin_fold(activity, origin, {})
    yield from _merged(activity)


@row_projector(Verb.UPDATE)
def project_update(activity: Activity) -> Iterator[RowFold]:
    if activity.payload.get("type") != NOTE:
        return
    newer = all_of(gt(activity.id, Old("updated")), eq(Old("deleted"), NIL))
    said = {name: when(newer, value, Old(name)) for name, value in _said(activity.payload, "mentions").items()}
    registers = {"audience": _narrowest(activity.payload), "updated": raised("updated", activity.id)}
    yield _post_fold(activity.object_id, said | registers)


@row_projector(Verb.DELETE)
def project_delete(activity: Activity) -> Iterator[RowFold]:
    if activity.payload.get("type") == NOTE:
        yield _end_fold(activity)


@row_projector(Verb.UNDO)
def project_undo(activity: Activity) -> Iterator[RowFold]:
    if activity.kind == ANNOUNCE:
        yield _end_fold(activity)
    elif activity.kind == Verb.LIKE:
        yield _like_fold(activity, "undo")


@row_projector(Verb.LIKE)
def project_like(activity: Activity) -> Iterator[RowFold]:
    yield _like_fold(activity, "like")


@row_projector(Verb.HIDE, Verb.SHOW)
def project_staff(activity: Activity) -> Iterator[RowFold]:
    register = "hidden" if activity.verb == Verb.HIDE else "shown"
    if activity.actor_id == STAFF:
        yield _post_fold(activity.object_id, {register: raised(register, activity.id)})


def staff_fold(*, post_id: UUID, hidden: UUID, shown: UUID) -> RowFold:
    """Return what acts of staff alone make of a post: they stay when its author is erased."""
    return _post_fold(post_id, {"hidden": raised("hidden", hidden), "shown": raised("shown", shown)})


def _said(payload: Mapping[str, Any], people: str) -> dict[str, Any]:
    """Return the columns that a payload's content fills; an emptied one fills them with nothing."""
    return {
        "text": payload.get("text", ""),
        "tags": list(payload.get("tags", ())),
        "mentions": () if payload.get("emptied") else ids_of(payload.get(people, ())),
        "lang": payload.get("lang", ""),
    }


def _narrowest(payload: Mapping[str, Any]) -> Expr:
    audience = Audience.MENTIONED if payload.get("emptied") else payload.get("audience", Audience.PUBLIC)
    return greatest(Old("audience"), int(audience))


def _origin_fold(activity: Activity, origin: Mapping[str, Any], said: Mapping[str, Any]) -> RowFold:
    """Return what a Create or an Announce does. ``created`` comes last: others read it (MariaDB assigns in order)."""
    first = any_of(eq(Old("created"), NIL), lt(activity.id, Old("created")))
    kept = all_of(first, eq(Old("deleted"), NIL))
    unedited = all_of(kept, eq(Old("updated"), NIL))
    values: dict[str, Expr] = {name: when(first, value, Old(name)) for name, value in origin.items()}
    for name, value in said.items():
        values[name] = when(kept if name in ("source", "imported") else unedited, value, Old(name))
    if said:
        values["audience"] = _narrowest(activity.payload)
    return _post_fold(activity.object_id, values | {"created": lowered("created", activity.id)})


def _end_fold(activity: Activity) -> RowFold:
    cleared = {name: expr(value) for name, value in TYPED.items()} | {"audience": expr(Audience.MENTIONED.value)}
    return _post_fold(activity.object_id, cleared | {"deleted": raised("deleted", activity.id)})


def _post_fold(post_id: UUID, new: Mapping[str, Expr]) -> RowFold:
    """Return ``new`` with what is derived from the row as it then is."""

    def at(name: str) -> Expr:
        return new.get(name, Old(name))

    standing = all_of(gt(at("created"), NIL), eq(at("deleted"), NIL), Not(gt(at("hidden"), at("shown"))))
    to_all = eq(at("audience"), Audience.PUBLIC.value)
    derived = {
        "standing": standing,
        "listed": all_of(standing, to_all, eq(at("parent"), NIL), eq(at("reposted"), NIL)),
        "version": greatest(*(at(name) for name in ("created", "updated", "deleted", "hidden", "shown"))),
    }
    return RowFold(Post, post_id, {**derived, **new})


def _merged(activity: Activity) -> Iterator[RowFold]:
    if not activity.payload.get("pushed", True):
        yield RowFold(MergeAuthor, activity.actor_id, {"first": lowered("first", activity.id)})


def _like_fold(activity: Activity, register: str) -> RowFold:
    new: dict[str, Expr] = {register: raised(register, activity.id)}
    standing = gt(new.get("like", Old("like")), new.get("undo", Old("undo")))
    people: dict[str, UUID] = {"actor": activity.actor_id, "object": activity.object_id}
    values = {name: expr(value) for name, value in people.items()} | {"standing": standing} | new
    return RowFold(Like, key_of(activity.actor_id, activity.object_id), values)
