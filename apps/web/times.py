"""Days and clock times in words. A feed has day rubrics and clock times, never "2 h": they are right in a cache too.

``zone`` is ``settings.TIME_ZONE``; who says many moments looks it up once (``reader_zone``).
"""

from datetime import date as Date  # noqa: N812 - a function below is called so
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.dateformat import format as formatted

from apps.core.ids import minute_of

_PARTS = ((5, "In the night"), (12, "This morning"), (18, "This afternoon"), (24, "This evening"))


class Said(NamedTuple):
    """Under which heading a post stands, and its time there."""

    rubric: str
    time: str


def reader_zone() -> tzinfo:
    return timezone.get_current_timezone()


def said_of(id: UUID, *, today: Date, zone: tzinfo, by_month: bool = False) -> Said:
    """Return how the time of a post is said: by parts of days and the clock, or by months where posts lie further apart."""
    return _said(minute_of(id), today, zone, by_month)


@lru_cache(maxsize=4096)
def _said(minute: int, today: Date, zone: tzinfo, by_month: bool) -> Said:
    here = datetime.fromtimestamp(60 * minute, zone)
    if not by_month:
        return Said(_rubric(here, today), _clock(here))
    return Said(_month(here), _short(here, today))


def _rubric(here: datetime, today: Date) -> str:
    """Return the heading under which a post stands: a part of today, "Yesterday" or a date."""
    if here.date() >= today:
        return next(words for until, words in _PARTS if here.hour < until)
    if here.date() == today - timedelta(days=1):
        return "Yesterday"
    return _day(here.date(), here.year == today.year)


def month(moment: datetime) -> str:
    """Return the month, as it stands beside who joined then."""
    return _month(_here(moment))


def _month(here: datetime) -> str:
    return formatted(here, "F Y")


def day(moment: datetime, *, now: datetime) -> str:
    here = _here(moment)
    return _day(here.date(), here.year == _here(now).year)


def is_same_day(one: datetime, other: datetime) -> bool:
    return _here(one).date() == _here(other).date()


def date(moment: datetime, *, now: datetime) -> str:
    here = _here(moment)
    return _date(here.date(), here.year == _here(now).year)


def clock(moment: datetime) -> str:
    return _clock(_here(moment))


def _clock(here: datetime) -> str:
    return f"{here.hour:02}:{here.minute:02}"


def short(moment: datetime, *, now: datetime) -> str:
    """Return the time of a post where no day rubric stands over it."""
    return _short(_here(moment), _here(now).date())


def _short(here: datetime, today: Date) -> str:
    return _clock(here) if here.date() == today else _date(here.date(), here.year == today.year)


def stamp(moment: datetime) -> str:
    """Return a moment in full and its zone, as it stands under the post that a page is about."""
    return formatted(_here(moment), "l, j F Y \\a\\t H:i T")


def _here(moment: datetime) -> datetime:
    return moment.astimezone(reader_zone())


@lru_cache(maxsize=1024)
def _day(day: Date, is_this_year: bool) -> str:
    return formatted(day, "l, j F" if is_this_year else "l, j F Y")


@lru_cache(maxsize=1024)
def _date(day: Date, is_this_year: bool) -> str:
    return formatted(day, "j M" if is_this_year else "j M Y")
