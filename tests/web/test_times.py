from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from apps.core import ids
from apps.web import times

pytestmark = pytest.mark.once

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 23, 19, 0, tzinfo=UTC), "This evening"),
        (datetime(2026, 11, 23, 12, 0, tzinfo=UTC), "This afternoon"),
        (datetime(2026, 11, 23, 5, 0, tzinfo=UTC), "This morning"),
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), "In the night"),
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), "Yesterday"),
        (datetime(2026, 11, 21, 9, 0, tzinfo=UTC), "Saturday, 21 November"),
        (datetime(2025, 12, 31, 9, 0, tzinfo=UTC), "Wednesday, 31 December 2025"),
    ],
)
def test_a_rubric_names_the_part_of_today_or_the_day(moment, words):
    assert times.said_of(ids.mint(now=moment), today=NOW.date(), zone=UTC).rubric == words


def test_a_time_without_a_rubric_is_a_clock_time_today_and_a_date_before():
    assert times.short(datetime(2026, 11, 23, 9, 5, tzinfo=UTC), now=NOW) == "09:05"
    assert times.short(datetime(2026, 11, 2, 9, 5, tzinfo=UTC), now=NOW) == "2 Nov"
    assert times.short(datetime(2024, 2, 29, 9, 5, tzinfo=UTC), now=NOW) == "29 Feb 2024"


def test_a_stamp_is_complete():
    assert times.stamp(datetime(2026, 11, 23, 9, 40, tzinfo=UTC)) == "Monday, 23 November 2026 at 09:40 UTC"


@pytest.mark.parametrize(
    ("by_month", "words"), [(False, ("This morning", "09:05")), (True, ("November 2026", "09:05"))]
)
def test_the_time_of_a_post_is_said_by_days_or_by_months(by_month, words):
    post = ids.mint(now=datetime(2026, 11, 23, 9, 5, 59, tzinfo=UTC))
    assert times.said_of(post, today=NOW.date(), zone=UTC, by_month=by_month) == words
    assert times.said_of(post, today=date(2027, 1, 1), zone=UTC, by_month=True) == ("November 2026", "23 Nov 2026")
    assert times.said_of(post, today=NOW.date(), zone=timezone(timedelta(hours=-12))) == ("Yesterday", "21:05")
