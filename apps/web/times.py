"""Days and clock times in words. A feed has day rubrics and clock times, never "2 h": they are right in a cache too."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as formatted

_PARTS = ((5, "In the night"), (12, "This morning"), (18, "This afternoon"), (24, "This evening"))


def day_rubric(moment: datetime, *, now: datetime) -> str:
    """Return the heading under which a post of ``moment`` stands: a part of today, "Yesterday" or a date."""
    here, today = timezone.localtime(moment), timezone.localtime(now)
    if here.date() >= today.date():
        return next(words for until, words in _PARTS if here.hour < until)
    if here.date() == (today - timedelta(days=1)).date():
        return "Yesterday"
    return day(moment, now=now)


def month(moment: datetime) -> str:
    """Return the month: the heading on a profile, where posts lie further apart."""
    return formatted(timezone.localtime(moment), "F Y")


def day(moment: datetime, *, now: datetime) -> str:
    here = timezone.localtime(moment)
    return formatted(here, "l, j F" if here.year == timezone.localtime(now).year else "l, j F Y")


def is_same_day(one: datetime, other: datetime) -> bool:
    return timezone.localtime(one).date() == timezone.localtime(other).date()


def date(moment: datetime, *, now: datetime) -> str:
    here = timezone.localtime(moment)
    return formatted(here, "j M" if here.year == timezone.localtime(now).year else "j M Y")


def clock(moment: datetime) -> str:
    return formatted(timezone.localtime(moment), "H:i")


def short(moment: datetime, *, now: datetime) -> str:
    """Return the time of a post where no day rubric stands over it."""
    return clock(moment) if is_same_day(moment, now) else date(moment, now=now)


def stamp(moment: datetime) -> str:
    """Return a moment in full, as it stands under the post that a page is about."""
    return formatted(timezone.localtime(moment), "l, j F Y \\a\\t H:i")
