"""The form of a profile: what stands in its fields, and which of them needs another look."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from apps.accounts.selectors import ProfileView
from apps.core.errors import Refused

from .compose import Problem

_LINKS = 4
_LABELS = {"display_name": "Name", "bio": "About you", "links": "Links"}


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    value: str = ""
    help: str = ""
    error: str = ""
    rows: int = 0
    type: str = "text"
    autocomplete: str = ""
    disabled: bool = False
    number: int | None = None

    @property
    def id(self) -> str:
        return self.name if self.number is None else f"{self.name}-{self.number}"

    @property
    def described(self) -> bool:
        return bool(self.error or self.help)


@dataclass(frozen=True)
class ProfileForm:
    """What ``web/settings_profile.html`` shows."""

    username: str
    display_name: str
    bio: str
    pairs: tuple[tuple[str, str], ...]
    locked: bool
    key: str = ""
    wrong: str = ""
    why: str = ""

    @classmethod
    def of(cls, stored: ProfileView) -> "ProfileForm":
        pairs = tuple((str(label), str(url)) for label, url in stored.links)
        return cls(stored.username, stored.display_name, stored.bio, pairs, stored.locked)

    @classmethod
    def typed(cls, data: QueryDict, stored: ProfileView) -> "ProfileForm":
        labels, urls = data.getlist("link_label")[:_LINKS], data.getlist("link_url")[:_LINKS]
        pairs = tuple((label.strip(), url.strip()) for label, url in zip(labels, urls, strict=False))
        return cls(stored.username, data.get("display_name", ""), data.get("bio", ""), pairs, bool(data.get("locked")))

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        links = [(label, url) for label, url in self.pairs if url]
        return {"display_name": self.display_name, "bio": self.bio, "links": links, "locked": self.locked}

    def refused(self, error: Refused, data: QueryDict) -> "ProfileForm":
        """Return the form with its complaint. Only after *unknown* is the key the same."""
        key = data.get("key", "") if error.status >= 500 else ""
        return replace(self, wrong=error.field or "", why=error.message, key=key)

    @property
    def problem(self) -> Problem | None:
        if not self.why:
            return None
        label = _LABELS.get(self.wrong)
        return Problem("Not saved yet.", f"{label}: {self.why}" if label else self.why, self.wrong, self._anchor)

    @property
    def _anchor(self) -> str | None:
        return "link_url-0" if self.wrong == "links" else self.wrong if self.wrong in _LABELS else None

    @property
    def fields(self) -> tuple[Field, ...]:
        return (
            self._field("display_name", self.display_name, "As you would sign it. Any script.", autocomplete="name"),
            self._field("bio", self.bio, "Shown on your profile.", rows=3),
            Field("username", "Handle", f"@{self.username}", "Who you are here does not change.", disabled=True),
        )

    @property
    def links(self) -> tuple[tuple[Field, Field], ...]:
        """The rows of the links: those that are there, and one more to fill in."""
        rows = [*self.pairs, ("", "")][:_LINKS]
        return tuple(self._link(number, label, url) for number, (label, url) in enumerate(rows))

    def _link(self, number: int, label: str, url: str) -> tuple[Field, Field]:
        error = self.why if self.wrong == "links" and self._is_wrong(number) else ""
        return (
            Field("link_label", "Label", label, number=number),
            Field("link_url", "Web address", url, error=error, type="url", autocomplete="url", number=number),
        )

    def _is_wrong(self, number: int) -> bool:
        """Say whether the complaint is about this link: it names the address, or else stands at the first."""
        named = [at for at, (_, typed) in enumerate(self.pairs) if typed and typed in self.why]
        return number == named[0] if named else number == 0

    def _field(self, name: str, value: str, help: str, **more: Any) -> Field:
        return Field(name, _LABELS[name], value, help, self.why if self.wrong == name else "", **more)
