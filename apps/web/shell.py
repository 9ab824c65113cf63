"""The page around a feed for somebody who is logged in: its template is rendered once, with slots for what differs.

A template that loops over nothing but a masthead and a composer costs more than everything that stands between them. So
it is rendered with markers in place of what depends on the viewer, the request and the feed, cut at them, and kept;
what a page's shape depends on (``Shape``) is the key. Whatever is out of the ordinary is rendered as any page is.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.utils.html import escape
from django.utils.safestring import SafeString

from .compose import Compose
from .viewer import Viewer

_MARK = secrets.token_hex(12)
_SLOT = re.compile(rf"{_MARK}-(\w+?)-{_MARK}")


class Shape(NamedTuple):
    """What decides how the shell of a page looks, apart from its slots."""

    template: str
    section: str
    locked: bool
    has_waiting: bool


def _marker(name: str) -> SafeString:
    return SafeString(f"{_MARK}-{name}-{_MARK}")


@dataclass(frozen=True)
class _Locked:
    locked: bool


@dataclass(frozen=True)
class _Anybody:
    """Stands where a viewer does: its templates read nothing else of one."""

    card: _Locked
    waiting: str
    path: str = _marker("profile")
    face: str = _marker("face")
    small_face: str = _marker("small_face")


def page(request: HttpRequest, template: str, *, viewer: Viewer, section: str, feed: str, today: str) -> HttpResponse:
    """Return the page with ``feed`` (HTML) in the shell that ``template`` draws."""
    shape = Shape(template, section, viewer.card is not None and viewer.card.locked, bool(viewer.waiting))
    token = get_token(request)
    values = {
        "profile": viewer.path,
        "face": viewer.face,
        "small_face": viewer.small_face,
        "waiting": viewer.waiting,
        "csrf": token,
        "key": secrets.token_hex(16),
        "act_key": secrets.token_hex(16),
        "path": escape(request.get_full_path()),
        "today": escape(today),
        "feed": feed,
    }
    return HttpResponse(_filled(_shell(shape), values))


def _filled(shell: tuple[str, ...], values: Mapping[str, str]) -> str:
    parts = list(shell)
    parts[1::2] = [values[name] for name in shell[1::2]]
    return "".join(parts)


@lru_cache(maxsize=64)
def _shell(shape: Shape) -> tuple[str, ...]:
    """Return literal HTML at even places, slot names at odd ones."""
    viewer = _Anybody(_Locked(shape.locked), _marker("waiting") if shape.has_waiting else "")
    context: dict[str, Any] = {
        "viewer": viewer,
        "section": shape.section,
        "form": Compose.blank(key=_marker("key")),
        "csrf_token": _marker("csrf"),
        **{name: _marker(name) for name in ("act_key", "path", "today", "feed")},
    }
    return tuple(_SLOT.split(get_template(shape.template).render(context)))


@receiver(setting_changed, dispatch_uid="web.shell")
def _forget(**_: Any) -> None:
    _shell.cache_clear()
