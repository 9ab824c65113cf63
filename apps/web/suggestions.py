"""Whom one might follow: who wrote what is on the page of everybody's posts, newest first, and is not followed yet."""

from apps.accounts.selectors import cards
from apps.core.ids import NIL
from apps.graph.selectors import relations
from apps.graph.values import Relation
from apps.timelines.values import Page

from .people import follow_button
from .rows import Row
from .viewer import Viewer

_MOST = 5


def from_page(*, page: Page, viewer: Viewer | None) -> list[Row]:
    """Return authors of ``page`` whom the viewer could follow, with the button; nobody for nobody. Two queries."""
    if viewer is None:
        return []
    authors = [id for id in dict.fromkeys(shown.entry.author for shown in page.entries) if id not in (viewer.id, NIL)]
    standing = relations(viewer_id=viewer.id, people=authors)
    free = [id for id in authors if _is_free(standing.to(id))][:_MOST]
    known = cards(ids=free)
    return [Row(known[id], follow_button(known[id], standing.to(id))) for id in free if id in known]


def _is_free(relation: Relation) -> bool:
    return not (relation.following or relation.requested or relation.blocking or relation.blocked_by)
