"""Arithmetic in business hours: a clock that runs only while the office is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
HORIZON_DAYS = 3660


@dataclass(frozen=True)
class BusinessHours:
    """Open on ``days`` (Monday 0) but not on ``holidays``, from ``start`` to ``end`` by the clocks of ``zone``."""

    zone: ZoneInfo
    days: frozenset[int]
    start: time
    end: time
    holidays: frozenset[date] = frozenset()

    @property
    def day_length(self) -> timedelta:
        """How long an ordinary business day is."""
        return datetime.combine(date.min, self.end) - datetime.combine(date.min, self.start)

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at ``at``."""
        local = at.astimezone(self.zone)
        return self._is_business_day(local.date()) and self.start <= local.time() < self.end

    def add(self, at: datetime, span: timedelta) -> datetime:
        """Return the moment (UTC) when ``span`` of business time has passed since ``at``.

        Raises ValueError when no day of the week is a business day.
        """
        left = span
        for opens, closes in self._windows(at):
            begin = max(opens, at)
            if begin + left <= closes:
                return begin + left
            left -= closes - begin
        raise ValueError("There are no business days. Choose at least one in Settings.")

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """Return the business time from ``begin`` to ``end``, zero where ``end`` is not later."""
        if end <= begin:
            return timedelta()
        total = timedelta()
        for opens, closes in self._windows(begin):
            if opens >= end:
                break
            total += min(closes, end) - max(opens, begin)
        return total

    def next_opening(self, at: datetime) -> datetime:
        """Return ``at`` while open, else the next moment (UTC) the office opens."""
        return self.add(at, timedelta())

    def closing(self, at: datetime) -> datetime:
        """Return when the office that is open at ``at``, or opens next, closes (UTC)."""
        return next(closes for _, closes in self._windows(at))

    def _is_business_day(self, day: date) -> bool:
        return day.weekday() in self.days and day not in self.holidays

    def _windows(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Opening times (UTC) that end after ``at``; each day asks the zone, so a day of 23 hours is one."""
        day = at.astimezone(self.zone).date()
        for _ in range(HORIZON_DAYS):
            if self._is_business_day(day):
                opens = datetime.combine(day, self.start, self.zone).astimezone(UTC)
                closes = datetime.combine(day, self.end, self.zone).astimezone(UTC)
                if closes > at:
                    yield opens, closes
            day += ONE_DAY
