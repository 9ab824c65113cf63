"""Who may read a post, as far as posts and relations say. ``timelines`` adds what a reader filters for themselves."""

from apps.core.ids import NIL
from apps.graph.values import Relations

from .values import Audience, Head


def lets_in(*, head: Head, relations: Relations) -> bool:
    """Say whether the viewer of ``relations`` is in the audience of a standing post as it is now.

    ``relations`` must cover the author. An anonymous viewer is ``NIL`` and has none.
    """
    viewer = relations.viewer_id
    if not head.standing:
        return False
    if viewer == head.author:
        return True
    if viewer.int and relations.blocks_between(head.author):
        return False
    match head.audience:
        case Audience.PUBLIC | Audience.UNLISTED:
            return True
        case Audience.FOLLOWERS:
            return viewer != NIL and relations.follows(head.author)
        case Audience.MENTIONED:
            return viewer != NIL and viewer in head.addressed
