"""The two clocks and their words."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sales.business_time import BusinessHours
from sales.sla import FIRST_CONTACT_HOT, clock, due_times

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = BusinessHours(BERLIN, frozenset(range(5)), time(9), time(18))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in March 2026; the 2nd is a Monday, the clocks change on Sunday the 29th."""
    return datetime(2026, 3, day, hour, minute, tzinfo=BERLIN)


def test_hot_is_due_in_15_minutes_others_in_an_hour_and_a_verdict_in_two_business_days():
    hot = due_times(opened_at=at(6, 17, 50), is_hot=True, hours=OFFICE)
    warm = due_times(opened_at=at(6, 17, 50), is_hot=False, hours=OFFICE)

    assert (hot.first_contact_at, hot.return_at) == (at(9, 9, 5), at(9, 9, 12) + timedelta(seconds=30))
    assert (warm.first_contact_at, warm.return_at) == (at(9, 9, 50), at(9, 10, 20))
    assert warm.verdict_at == at(10, 17, 50)


def test_a_verdict_clock_over_the_change_to_summer_time_keeps_the_hour():
    assert due_times(opened_at=at(27, 12), is_hot=True, hours=OFFICE).verdict_at == at(31, 12)


@pytest.mark.parametrize(
    ("minutes", "tone", "words"),
    [
        (0, "neutral", "due in 15 min"),
        (11, "neutral", "due in 4 min"),
        (12, "due", "due in 3 min"),
        (15, "due", "due in 1 min"),
        (16, "overdue", "overdue 1 min"),
        (100, "overdue", "overdue 1 h 25 min"),
    ],
)
def test_it_warns_in_the_last_quarter_and_is_overdue_after(minutes, tone, words):
    shown = clock(
        due_at=at(2, 10, 15), allowance=FIRST_CONTACT_HOT, now=at(2, 10) + timedelta(minutes=minutes), hours=OFFICE
    )

    assert (shown.tone, shown.words) == (tone, words)


def test_a_clock_that_rests_before_it_is_due_names_the_moment_and_says_when_it_rests():
    due = at(9, 9, 50)

    evening = clock(due_at=due, allowance=timedelta(hours=1), now=at(6, 17, 50), hours=OFFICE)
    sunday = clock(due_at=due, allowance=timedelta(hours=1), now=at(8, 12), hours=OFFICE)

    assert (evening.words, evening.pause) == ("due Mon 09:50", "clock stops Fri 18:00")
    assert (sunday.words, sunday.pause, sunday.is_running) == ("due Mon 09:50", "clock starts Mon 09:00", False)


def test_a_moment_a_week_away_is_told_in_working_days():
    shown = clock(due_at=at(12, 17), allowance=timedelta(hours=90), now=at(2, 10), hours=OFFICE)

    assert shown.words == "due in 8 working days"


def test_a_verdict_clock_says_that_it_is_the_verdict_that_is_due():
    days = {"allowance": timedelta(hours=18), "hours": OFFICE, "promise": "verdict"}

    tomorrow = clock(due_at=at(3, 12), now=at(2, 12), **days)
    soon = clock(due_at=at(2, 12, 30), now=at(2, 12), **days)
    late = clock(due_at=at(2, 12), now=at(2, 15), **days)

    assert (tomorrow.words, soon.words, late.words) == (
        "verdict due Tue 12:00",
        "verdict due in 30 min",
        "verdict overdue 3 h",
    )
    assert not soon.is_running


def test_the_weekend_does_not_count_as_late():
    shown = clock(due_at=at(6, 17, 50), allowance=timedelta(hours=1), now=at(9, 9, 10), hours=OFFICE)

    assert shown.words == "overdue 20 min"


def test_a_clock_without_a_pause_may_count_down_by_itself():
    shown = clock(due_at=at(2, 11), allowance=timedelta(hours=1), now=at(2, 10), hours=OFFICE)

    assert shown.is_running
    assert shown.warn_at == at(2, 10, 45)
