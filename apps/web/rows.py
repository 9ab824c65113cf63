"""Lists of people: who follows, who is followed, who asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest
from django.utils.safestring import SafeString

from apps.accounts.selectors import Card, cards
from apps.core.cursors import parse_id
from apps.graph.values import PeoplePage

from .marks import name_of

PAGE_SIZE = 40


class Nothing(NamedTuple):
    """What an empty list says."""

    title: str
    text: str


@dataclass(frozen=True)
class Row:
    card: Card
    buttons: SafeString

    @property
    def name(self) -> str:
        return name_of(self.card)


def cursor_of(request: HttpRequest) -> UUID | None:
    return parse_id(request.GET.get("after"), field="after")


def context(
    request: HttpRequest,
    found: PeoplePage,
    *,
    buttons: Callable[[Card], SafeString],
    nothing: Nothing,
    suspended: bool = True,
) -> dict[str, Any]:
    """Return what ``web/_people.html`` shows. People whose account is gone are left out, and
    those who are ``suspended`` where they are not to be shown: on a page that is for others than who knows them.
    """
    known = {id: card for id, card in cards(ids=found.people).items() if suspended or not card.is_suspended}
    people = [Row(known[id], buttons(known[id])) for id in found.people if id in known]
    more = f"{request.path}?after={found.cursor.hex}" if found.cursor else ""
    return {"people": people, "more": more, "nothing": nothing}
