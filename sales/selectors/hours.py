"""The installation's business hours."""

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from common.models import Installation
from sales.business_time import BusinessHours

EVERY_DAY = frozenset(range(7))


def business_hours(installation: Installation | None = None) -> BusinessHours:
    """Return the hours in which the clocks of sales run; an unknown zone counts as UTC, no day as every day."""
    settings = installation or Installation.current()
    return BusinessHours(
        zone=zone_of(settings.time_zone),
        days=frozenset(settings.work_days) or EVERY_DAY,
        start=settings._meta.get_field("work_start").to_python(settings.work_start),
        holidays=frozenset(map(date.fromisoformat, settings.holidays)),
        end=settings._meta.get_field("work_end").to_python(settings.work_end),
    )


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of that name, UTC where there is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
