"""``manage.py check`` says when the TIMELINES setting names nothing that works."""

from typing import Any

from django.core.checks import CheckMessage, register

from .handler import timelines


@register
def check_timelines(**_: Any) -> list[CheckMessage]:
    return timelines.check()
