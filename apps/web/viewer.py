"""Who is looking, asked once per request."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.http import HttpRequest
from structlog.contextvars import bind_contextvars

from apps.accounts import flags
from apps.accounts.selectors import Card, card_of
from apps.core.ids import NIL
from apps.graph.selectors import count_requests
from apps.posts import paths

from . import marks

_MOST_SHOWN = 99


@dataclass(frozen=True)
class Viewer:
    """A logged-in person. The card and what waits for them are asked for when a page first shows them."""

    id: UUID

    @cached_property
    def card(self) -> Card | None:
        return card_of(id=self.id)

    @property
    def path(self) -> str:
        """The address of their own page."""
        return paths.person(self.card.username) if self.card else ""

    @property
    def face(self) -> str:
        return marks.avatar(self.card) if self.card else ""

    @property
    def small_face(self) -> str:
        return marks.avatar(self.card, "av-m") if self.card else ""

    def meet(self, people: Mapping[UUID, Card], *, waiting: int | None = None) -> None:
        """Take what came with a page, so that it need not be asked for."""
        if self.id in people:
            vars(self)["card"] = people[self.id]
        if waiting is not None:
            vars(self)["_asking"] = waiting

    @cached_property
    def _asking(self) -> int:
        return count_requests(person_id=self.id)

    @property
    def waiting(self) -> str:
        """How many ask to follow them, as a badge says it; empty for none."""
        number = self._asking
        return "" if not number else f"{_MOST_SHOWN}+" if number > _MOST_SHOWN else str(number)


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Return who is looking, or None for anybody."""
    if not hasattr(request, "prowl_viewer"):
        request.prowl_viewer = _viewer(request)  # type: ignore[attr-defined]
    return request.prowl_viewer  # type: ignore[attr-defined,no-any-return]


def _viewer(request: HttpRequest) -> Viewer | None:
    if not hasattr(request, "user"):  # The request failed before anybody asked who it is from.
        return None
    id = flags.owner_of(request.session)
    if id is None and request.user.is_authenticated:
        flags.note(request.user)
        id = request.user.pk
    if id is not None:
        bind_contextvars(user_id=str(id))
    return Viewer(id) if id is not None else None


def viewer_id(request: HttpRequest) -> UUID:
    """Return the id of who is looking, ``NIL`` for anybody."""
    viewer = viewer_of(request)
    return viewer.id if viewer else NIL
