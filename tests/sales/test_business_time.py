"""Business hours against a walk through every minute."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sales.business_time import BusinessHours

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = BusinessHours(BERLIN, frozenset(range(5)), time(9), time(18))
MINUTE = timedelta(minutes=1)
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]


def walk(hours: BusinessHours, begin: datetime, minutes: int) -> datetime:
    """The end of the ``minutes``-th open minute from ``begin`` on, found one minute at a time."""
    at = begin
    while minutes:
        minutes -= hours.is_open(at)
        at += MINUTE
    return at


@st.composite
def offices(draw: st.DrawFn) -> BusinessHours:
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    start, end = time(draw(st.integers(4, 11)), draw(st.sampled_from([0, 15, 30]))), time(draw(st.integers(12, 22)))
    return BusinessHours(ZoneInfo(draw(st.sampled_from(ZONES))), days, start, end)


moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE)
around_clock_changes = st.integers(-3000, 3000).map(lambda m: datetime(2026, 3, 29, 1, tzinfo=UTC) + m * MINUTE)


@settings(max_examples=40, deadline=None)
@given(offices(), moments | around_clock_changes, st.integers(1, 900))
def test_adding_is_what_walking_minute_by_minute_finds(office, begin, minutes):
    assert office.add(begin, minutes * MINUTE) == walk(office, begin, minutes)


@settings(max_examples=40, deadline=None)
@given(offices(), moments | around_clock_changes, st.integers(0, 5000))
def test_the_time_between_is_the_number_of_open_minutes(office, begin, minutes):
    end = begin + minutes * MINUTE
    assert office.between(begin, end) == MINUTE * sum(office.is_open(begin + n * MINUTE) for n in range(minutes))


@settings(max_examples=60, deadline=None)
@given(offices(), moments, st.integers(1, 3000))
def test_between_takes_back_what_was_added(office, begin, minutes):
    assert office.between(begin, office.add(begin, minutes * MINUTE)) == minutes * MINUTE


def test_fifteen_minutes_from_friday_evening_end_on_monday_morning_across_the_clock_change():
    friday = datetime(2026, 3, 27, 17, 50, tzinfo=BERLIN)

    due = OFFICE.add(friday, 15 * MINUTE)

    assert due == datetime(2026, 3, 30, 9, 5, tzinfo=BERLIN)
    assert due - friday.astimezone(UTC) == timedelta(days=2, hours=14, minutes=15)


def test_time_backwards_is_none():
    monday = datetime(2026, 3, 2, 10, tzinfo=BERLIN)

    assert OFFICE.between(monday, monday - timedelta(hours=1)) == timedelta()


def test_an_office_that_never_opens_says_what_to_do():
    with pytest.raises(ValueError, match="Choose at least one in Settings"):
        BusinessHours(BERLIN, frozenset(), time(9), time(18)).add(datetime(2026, 3, 2, tzinfo=UTC), MINUTE)
