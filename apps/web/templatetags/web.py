"""Tags of Prowl's own templates."""

import re
from secrets import token_hex
from typing import Any

from django import template
from django.conf import settings
from django.contrib.messages import get_messages
from django.forms import BoundField, CheckboxInput
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.web import marks, people
from apps.web.viewer import viewer_of

_SAID = {
    "login": ("Name", ""),
    "username": ("Name people will know you by", "Letters a to z, digits and _. It stays as it is."),
    "email": ("E-mail", "Only for letting you back in when you forget your password."),
    "remember": ("Stay logged in on this device", ""),
}
"""Our words for allauth's fields: label and help."""

register = template.Library()
register.simple_tag(marks.mark, name="mark")
register.simple_tag(marks.art, name="art")
register.simple_tag(marks.avatar, name="avatar")
register.simple_tag(people.follow_button, name="follow_button")
register.simple_tag(people.answer_buttons, name="answer_buttons")


@register.simple_tag
def site_name() -> str:
    return str(settings.SITE_NAME)


@register.simple_tag
def is_read_only() -> bool:
    return bool(settings.READ_ONLY)


@register.simple_tag
def key(value: str = "") -> SafeString:
    """Return the hidden idempotency key of a form: sending the form twice does what it says once."""
    return format_html('<input type="hidden" name="key" value="{}">', value or token_hex(16))


@register.simple_tag
def tier() -> SafeString:
    """Name the tier that this site runs as, after its settings module."""
    name = marks.tier_name()
    return format_html("{} Prowl, running as {}", marks.mark(name.replace("_", "-")), name.replace("_", " ").title())


@register.inclusion_tag("web/_masthead.html", takes_context=True)
def masthead(context: dict[str, Any]) -> dict[str, Any]:
    viewer = _viewer(context)
    return {"viewer": viewer if viewer and viewer.card else None, "section": context.get("section")}


@register.inclusion_tag("web/_masthead.html")
def plain_masthead() -> dict[str, Any]:
    """The masthead of a page that may ask no store anything."""
    return {"viewer": None, "plain": True}


@register.inclusion_tag("web/_notes.html", takes_context=True)
def notes(context: dict[str, Any]) -> dict[str, Any]:
    """What the last action did. Anybody's pages have none, and don't look, so that they need no cookie."""
    request = context.get("request")
    return {"messages": get_messages(request) if request and viewer_of(request) else []}


@register.inclusion_tag("web/_act.html", takes_context=True)
def act_form(context: dict[str, Any]) -> dict[str, Any]:
    """The one form of a page, to which the buttons of all its posts and people belong."""
    request = context.get("request")
    return {
        "viewer": _viewer(context),
        "path": request.get_full_path() if request else context.get("path", "/"),
        "act_key": context.get("act_key", ""),
        "csrf_token": context.get("csrf_token"),
    }


def _viewer(context: dict[str, Any]) -> Any:
    """Return who looks at the page: who is asking or, where the page is a shell, who stands in for them."""
    request = context.get("request")
    return viewer_of(request) if request else context.get("viewer")


@register.inclusion_tag("web/_boundfield.html")
def field_row(field: BoundField) -> dict[str, Any]:
    """A field of a Django form in our markup."""
    field.field.widget.attrs.pop("placeholder", None)
    label, help = _SAID.get(field.name, (field.label, field.help_text))
    is_choice = isinstance(field.field.widget, CheckboxInput)
    field.help_text = "" if is_choice else help  # Django ties it to the field.
    attrs: dict[str, str | bool] = {} if is_choice else {"class": "input"}
    return {
        "field": field,
        "label": label,
        "help": _sentences(str(help)),
        "widget": field.as_widget(attrs=attrs),
        "is_choice": is_choice,
    }


def _sentences(help: str) -> str:
    """Return help that comes as a list of rules (Django's for passwords) as running text."""
    return " ".join(re.sub(r"</?(?:ul|li)>", " ", help).split()) if help.startswith("<ul>") else help
