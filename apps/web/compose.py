"""The composer as a value: what stands in it, what was wrong with it."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse

from apps.core.errors import Refused

from .audiences import Choice, choices


class Problem(NamedTuple):
    title: str
    message: str
    field: str | None = None
    anchor: str | None = None


@dataclass(frozen=True)
class Compose:
    """What ``web/_compose.html`` shows."""

    action: str
    text: str = ""
    audience: str = "public"
    audiences: tuple[Choice, ...] = field(default_factory=choices)
    do: str = "post"
    button: str = "Post"
    reply_to: str = ""
    anchor: str = "compose"
    key: str = ""
    problem: Problem | None = None
    rows: int = 2
    limit: int = field(default_factory=lambda: settings.POST_LENGTH)

    @classmethod
    def blank(cls, *, key: str = "") -> "Compose":
        return cls(action=reverse("web:write"), key=key)

    def kept(self, typed: QueryDict, refused: Refused | None = None) -> "Compose":
        """Return it with what was typed and, if it was refused, why. Only after *unknown* is the key the same."""
        audience = typed.get("audience", self.audience)
        known = {choice.value for choice in self.audiences}
        kept = replace(self, text=typed.get("text", ""), audience=audience if audience in known else self.audience)
        if refused is None:
            return kept
        key = typed.get("key", "") if refused.status >= 500 else ""
        title = "Not sent yet: nothing is lost." if refused.status < 500 else "Not sure that it was sent."
        return replace(kept, key=key, problem=Problem(title, refused.message, refused.field, "text"))
