"""Two promises to every lead handed over: a first contact soon, a verdict within two business days."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sales.business_time import BusinessHours

FIRST_CONTACT_HOT = timedelta(minutes=15)
FIRST_CONTACT = timedelta(hours=1)
VERDICT_DAYS = 2
WARN_SHARE = 0.75
RETURN_SHARE = 1.5
LONG_OVERDUE = timedelta(days=14)


@dataclass(frozen=True)
class Due:
    """When a handover must be contacted, answered, and given to somebody else (UTC)."""

    first_contact_at: datetime
    verdict_at: datetime
    return_at: datetime


@dataclass(frozen=True)
class Clock:
    """One clock as a person reads it: ``tone`` is neutral, due, overdue or met.

    ``promise`` names what is due where it is not the first contact.
    """

    tone: str
    words: str
    due_at: datetime | None = None
    pause: str = ""
    warn_at: datetime | None = None
    promise: str = ""

    @property
    def is_running(self) -> bool:
        """Whether a page may count down by itself: it rests not before it is due, and needs no name."""
        return self.due_at is not None and not self.pause and not self.promise and self.tone != "overdue"

    @property
    def is_overdue(self) -> bool:
        return self.tone == "overdue"


def first_contact_allowance(*, is_hot: bool) -> timedelta:
    """Return the business time within which a lead is to be contacted."""
    return FIRST_CONTACT_HOT if is_hot else FIRST_CONTACT


def due_times(*, opened_at: datetime, is_hot: bool, hours: BusinessHours) -> Due:
    """Return the moments the promises fall due for a handover opened at ``opened_at``."""
    allowance = first_contact_allowance(is_hot=is_hot)
    return Due(
        first_contact_at=hours.add(opened_at, allowance),
        verdict_at=hours.add(opened_at, hours.day_length * VERDICT_DAYS),
        return_at=hours.add(opened_at, allowance * RETURN_SHARE),
    )


def clock(*, due_at: datetime, allowance: timedelta, now: datetime, hours: BusinessHours, promise: str = "") -> Clock:
    """Return how much business time is left until ``due_at``; the last quarter of ``allowance`` warns.

    A clock that rests before it is due names the moment: "due in 15 min" would be read as in a quarter of an hour.
    """
    due = f"{promise} due".strip()
    if now > due_at:
        late = now - due_at if now - due_at > LONG_OVERDUE else hours.between(due_at, now)
        return Clock("overdue", f"{promise} overdue {in_words(late, hours)}".strip(), due_at, promise=promise)
    left = hours.between(now, due_at)
    tone = "due" if left <= allowance * (1 - WARN_SHARE) else "neutral"
    pause = _pause(now, due_at, hours)
    if pause:
        is_soon = due_at - now < timedelta(days=6)
        words = f"{due} {_moment(due_at, hours)}" if is_soon else f"{due} in {in_words(left, hours)}"
        return Clock(tone, words, due_at, pause, promise=promise)
    warn_at = due_at - allowance * (1 - WARN_SHARE)
    return Clock(tone, f"{due} in {in_words(left, hours)}", due_at, "", warn_at, promise)


def _pause(now: datetime, due_at: datetime, hours: BusinessHours) -> str:
    """Say when the clock rests, where it does before it is due."""
    if not hours.is_open(now):
        return f"clock starts {opens_words(now, hours)}"
    closes = hours.closing(now)
    return f"clock stops {_moment(closes, hours)}" if closes < due_at else ""


def opens_words(now: datetime, hours: BusinessHours) -> str:
    """Return when the office opens next: Mon 09:00."""
    return _moment(hours.next_opening(now), hours)


def _moment(at: datetime, hours: BusinessHours) -> str:
    return f"{at.astimezone(hours.zone):%a %H:%M}"


def in_words(span: timedelta, hours: BusinessHours) -> str:
    """Return business time as a person says it: 12 min, 3 h, 2 working days."""
    minutes = max(1, -int(-span.total_seconds() // 60))
    day_minutes = int(hours.day_length.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < max(2 * day_minutes, 180):
        full, rest = divmod(minutes, 60)
        return f"{full} h {rest} min" if full < 3 and rest else f"{full} h"
    days = minutes // day_minutes if span <= LONG_OVERDUE else span.days
    return f"{days} days" if span > LONG_OVERDUE else f"{days} working days"
