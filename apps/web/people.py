"""Buttons between two people. They belong to the page's one form (``web/_act.html``); the word says the state."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.graph.values import Relation

from .marks import Named, mark, name_of, together

_PRESSED, _SPACE = SafeString(' aria-pressed="true"'), SafeString(" ")


class _Button(NamedTuple):
    do: str
    word: str
    label: str
    classes: str = "btn"
    mark: str = ""
    pressed: bool = False


def follow_button(person: Named, relation: Relation | None) -> SafeString:
    """Return the button that says how the viewer stands to ``person``, and changes it."""
    return _html(person, _state(name_of(person), relation))


def answer_buttons(person: Named) -> SafeString:
    """Return the two answers to a follow request."""
    name = name_of(person)
    approve = _Button("accept", "Approve", f"Approve {name}")
    return together(
        [_html(person, approve), _html(person, _Button("reject", "Decline", f"Decline {name}", "btn btn-quiet"))]
    )


def undo_button(person: Named, do: str, word: str) -> SafeString:
    """Return a button that lifts a mute or a block."""
    return _html(person, _Button(do, word, f"{word} {name_of(person)}"))


def _state(name: str, relation: Relation | None) -> _Button:
    if relation is None:
        return _Button("follow", "Follow", f"Follow {name}")
    if relation.blocking:
        return _Button("unblock", "Unblock", f"Unblock {name}", "btn btn-bad")
    if relation.following:
        return _Button("unfollow", "Following", f"Following {name}", "btn btn-on", "check", pressed=True)
    if relation.requested:
        return _Button("cancel", "Requested", f"Requested: withdraw the request to {name}", "btn", "clock")
    if relation.followed_by:
        return _Button("follow", "Follow back", f"Follow back: {name}")
    return _Button("follow", "Follow", f"Follow {name}")


def _html(person: Named, button: _Button) -> SafeString:
    return format_html(
        '<button class="{}" form="act" formaction="{}" name="do" value="{}"{} aria-label="{}">{}{}</button>',
        button.classes,
        reverse("web:profile", args=[person.username]),
        button.do,
        _PRESSED if button.pressed else "",
        button.label,
        together([mark(button.mark, "i-s"), _SPACE]) if button.mark else "",
        button.word,
    )
