"""Reading posts. Nothing here decides who may see what: that is ``may_see`` (timelines), over the heads from here."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.core.folds import batched, blank, folded
from apps.core.ids import MAX, NIL, key_of
from apps.core.rows import rows_by_id
from apps.journal.activities import Activity
from apps.journal.projection import row_folds

from . import ranges
from .models import Like, MergeAuthor, Post, Tagging
from .values import Audience, Entry, Head, Marks, PostView

_ENTRY = ("id", "author", "person", "reposted", "reposted_author", "direct", "named")
_HEAD = (
    *("id", "author", "audience", "standing", "deleted", "direct", "named", "mentions", "parent", "thread", "person"),
    *("reposted", "reposted_author", "pushed", "version"),
)
_POST = (*_HEAD, "text", "lang", "tags", "updated", "imported")
_AT_ONCE = 500


def entries(
    *,
    authors: Sequence[UUID],
    before: UUID = MAX,
    after: UUID = NIL,
    newest_first: bool = True,
    limit: int,
    merged_only: bool = False,
) -> list[Entry]:
    """Return entries by ``authors`` between ``after`` and ``before``, deleted and hidden ones too, in order of id.

    ``merged_only``: those that are merged at reading because their author had too many followers to push to.
    """
    span = ranges.Range(before, after, newest_first, limit, merged_only)
    return _entries(ranges.newest_ids(authors=authors, span=span)) if authors and limit > 0 else []


def author_entries(
    *, author: UUID, before: UUID = MAX, after: UUID = NIL, newest_first: bool = True, limit: int
) -> list[Entry]:
    """Return what one person posted and reposted."""
    rows = Post.objects.filter(author=author)
    return _page(rows, before, after, newest_first, limit)


def public_entries(*, before: UUID = MAX, after: UUID = NIL, newest_first: bool = True, limit: int) -> list[Entry]:
    """Return standing public posts that are neither replies nor reposts."""
    return _page(Post.objects.filter(listed=True), before, after, newest_first, limit)


def ids_after(id: UUID, *, limit: int) -> list[UUID]:
    """Return the next posts by id, for going through all of them."""
    return list(Post.objects.filter(pk__gt=id).order_by("pk").values_list("pk", flat=True)[:limit])


def thread_entries(
    *, thread: UUID, before: UUID = MAX, after: UUID = NIL, newest_first: bool = False, limit: int
) -> list[Entry]:
    """Return the posts of a thread, its first one included; oldest first unless asked otherwise."""
    return _page(Post.objects.filter(thread=thread), before, after, newest_first, limit)


def tag_entries(
    *, tag: str, before: UUID = MAX, after: UUID = NIL, newest_first: bool = True, limit: int
) -> list[Entry]:
    """Return standing public posts with the tag of key ``tag`` (see ``text.tag_key``), replies too."""
    found: list[Entry] = []
    for id in _tagged(tag, before, after, newest_first, max(limit, 1)):
        if len(found) == limit:
            break
        found.append(id)
    return found


def _tagged(tag: str, before: UUID, after: UUID, newest_first: bool, size: int) -> Iterator[Entry]:
    """Walk the index of tags and check each of its rows against the post: an edit may not have reached it yet."""
    while True:
        rows = Tagging.objects.filter(tag=tag, post__lt=before, post__gt=after)
        ids = list(rows.order_by("-post" if newest_first else "post").values_list("post", flat=True)[:size])
        bearing = Post.objects.filter(pk__in=ids, standing=True, audience=Audience.PUBLIC.value)
        bearing_ids = {id for id, tags in bearing.values_list("pk", "tags") if tag in tags}
        yield from _entries([id for id in ids if id in bearing_ids])
        if len(ids) < size:
            return
        before, after = (ids[-1], after) if newest_first else (before, ids[-1])


def _page(rows: "QuerySet[Post]", before: UUID, after: UUID, newest_first: bool, limit: int) -> list[Entry]:
    rows = rows.filter(pk__lt=before, pk__gt=after).order_by("-pk" if newest_first else "pk")
    return [_entry(row) for row in rows.values_list(*_ENTRY)[: max(limit, 0)]]


def entries_by_id(*, ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """Return the entries of ``ids``, for those that exist."""
    return {row[0]: _entry(row) for row in rows_by_id(Post, ids, _ENTRY) if row[1] != NIL}


def _entries(ids: Sequence[UUID]) -> list[Entry]:
    found = entries_by_id(ids=ids)
    return [found[id] for id in ids if id in found]


def _entry(row: Sequence[Any]) -> Entry:
    id, author, person, reposted, reposted_author, direct, named = row
    if reposted != NIL:
        return Entry(id, author, NIL, reposted, reposted_author, False, ())
    return Entry(id, author, person, id, author, direct, named if direct else ())


def heads(*, ids: Iterable[UUID]) -> dict[UUID, Head]:
    """Return the heads of those posts and reposts of ``ids`` that exist, in one query."""
    return {row[0]: Head(*_head(row)) for row in rows_by_id(Post, ids, _HEAD) if row[1] != NIL}


def posts(*, ids: Iterable[UUID]) -> dict[UUID, PostView]:
    """Return those posts and reposts of ``ids`` that exist, with what was written, in one query. Each is a head too."""
    return {row[0]: _post(row) for row in rows_by_id(Post, ids, _POST) if row[1] != NIL}


def _head(row: Sequence[Any]) -> list[Any]:
    id, author, audience, standing, deleted, *rest = row
    return [id, author, Audience(audience), standing, deleted != NIL, *rest]


def _post(row: tuple[Any, ...]) -> PostView:
    text, lang, tags, updated, imported = row[len(_HEAD) :]
    return PostView(*[*_head(row[: len(_HEAD)]), text, lang, tuple(tags), updated, imported])


def foreseen(activity: Activity) -> PostView:
    """Return a new post as its row is once ``activity``, its Create, is projected and nothing else: no row is read."""
    row = blank(Post)
    for fold in row_folds(activity):
        if fold.model is Post:
            row = folded(fold, row)
    return _post((activity.object_id, *(row[name] for name in _POST[1:])))


def merge_authors(*, among: Iterable[UUID] | None = None) -> frozenset[UUID]:
    """Return the authors who have any entry that is merged at reading; of ``among``, or all."""
    rows = MergeAuthor.objects.all()
    if among is not None:
        parts = batched(list(among), _AT_ONCE)
        return frozenset(id for part in parts for id in rows.filter(pk__in=part).values_list("pk", flat=True))
    return frozenset(rows.values_list("pk", flat=True))


def marks(*, viewer_id: UUID, post_ids: Iterable[UUID]) -> dict[UUID, Marks]:
    """Return what the viewer did to each of ``post_ids``, in two queries; none for nobody in particular."""
    wanted = list(dict.fromkeys(post_ids))
    if viewer_id == NIL or not wanted:
        return dict.fromkeys(wanted, Marks())
    keys = {key_of(viewer_id, id): id for id in wanted}
    liked = {keys[key] for key, standing in rows_by_id(Like, keys, ("pk", "standing")) if standing}
    mine = Post.objects.filter(reposted__in=wanted, standing=True, author=viewer_id).order_by("pk")
    reposted = dict(mine.values_list("reposted", "pk"))
    return {id: Marks(id in liked, reposted.get(id, NIL)) for id in wanted}


def reposts_of(*, author_id: UUID, post_id: UUID, standing: bool = True) -> list[UUID]:
    """Return a person's standing reposts of a post, one, or several after a race; or those that don't stand any more."""
    rows = Post.objects.filter(reposted=post_id, standing=standing, author=author_id)
    return list(rows.values_list("pk", flat=True))
