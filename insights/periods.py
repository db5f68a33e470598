"""The stretches of time that reports look at, in the installation's time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CHOICES = {"month": "This month", "last_month": "Last month", "90d": "Last 90 days"}
DEFAULT = "month"


@dataclass(frozen=True)
class Period:
    """Whole days from ``first`` to ``last``, both inclusive, in ``zone``."""

    key: str
    first: date
    last: date
    zone: ZoneInfo

    @property
    def label(self) -> str:
        """The name a person picks the period by."""
        return CHOICES[self.key]

    @property
    def since(self) -> datetime:
        """The first moment of the period."""
        return day_start(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The first moment after the period."""
        return day_start(self.last + timedelta(days=1), self.zone)

    @property
    def span(self) -> str:
        """First and last day, as a name."""
        return f"{self.first}..{self.last}"


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of ``day`` in ``zone``."""
    return datetime.combine(day, time.min, zone)


def period(key: str, *, now: datetime, zone: ZoneInfo) -> Period:
    """Return the period named ``key``, this month where there is no such name."""
    today = now.astimezone(zone).date()
    if key == "last_month":
        last = today.replace(day=1) - timedelta(days=1)
        return Period(key, last.replace(day=1), last, zone)
    if key == "90d":
        return Period(key, today - timedelta(days=89), today, zone)
    return Period(DEFAULT, today.replace(day=1), month_end(today), zone)


def before(period: Period) -> Period:
    """Return the stretch of the same kind right before ``period``."""
    last = period.first - timedelta(days=1)
    first = (
        period.first - (period.last - period.first + timedelta(days=1)) if period.key == "90d" else last.replace(day=1)
    )
    return Period(period.key, first, last, period.zone)


def month_end(day: date) -> date:
    """Return the last day of the month of ``day``."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def working_days(first: date, last: date, work_days: Sequence[int]) -> int:
    """Return how many days from ``first`` to ``last``, both inclusive, are working days (Monday is 0)."""
    count = (last - first).days + 1
    return sum((first + timedelta(days=n)).weekday() in work_days for n in range(max(count, 0)))
