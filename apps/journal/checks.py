"""``manage.py check`` says when the JOURNAL setting names nothing that works."""

from typing import Any

from django.core.checks import CheckMessage, register

from .handler import journal


@register
def check_journal(**_: Any) -> list[CheckMessage]:
    return journal.check()
