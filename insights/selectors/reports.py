"""The reports that marketing and sales share, as other systems read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from common.models import Installation
from insights import queries
from insights.periods import Period, period
from insights.selectors.answers import Answers
from sales.reasons import REJECT_REASONS

ALL_SOURCES = 1000


def reported_period(key: str, *, now: datetime) -> Period:
    """Return the period named ``key`` in the installation's time zone."""
    return period(key, now=now, zone=ZoneInfo(Installation.current().time_zone))


def funnel(chosen: Period, *, source_id: int | None = None) -> list[dict[str, Any]]:
    """Return how far the leads that came in the period have got: a row for each step that any reached."""
    return Answers.current().funnel(chosen, source_id=source_id)


def sources(chosen: Period) -> list[dict[str, Any]]:
    """Return what every source brought in the period, ranked by customers and then by accepted SQLs."""
    return Answers.current().sources(chosen, limit=ALL_SOURCES)


def speed(chosen: Period, *, now: datetime) -> dict[str, Any]:
    """Return how fast sales first contacted what was handed over in the period."""
    return Answers.current().first_contact(chosen, now=now)


@dataclass(frozen=True)
class Rejection:
    """One reason, how often it was given, and where those leads came from."""

    key: int
    slug: str
    text: str
    handovers: int
    sources: list[Mapping[str, Any]]


def rejects(chosen: Period) -> list[Rejection]:
    """Return the reject reasons given in the period, the most frequent first."""
    by_reason: dict[int, list[Mapping[str, Any]]] = {}
    for row in queries.rows("rejects", since=chosen.since, until=chosen.until):
        by_reason.setdefault(row["reason"], []).append(row)
    found = [_rejection(key, rows) for key, rows in by_reason.items()]
    return sorted(found, key=lambda rejection: (-rejection.handovers, rejection.key))


def _rejection(key: int, rows: list[Mapping[str, Any]]) -> Rejection:
    reason = REJECT_REASONS[key]
    return Rejection(key, reason.slug, reason.text, sum(row["handovers"] for row in rows), rows)


@dataclass(frozen=True)
class Alignment:
    """How marketing and sales kept their promises to each other."""

    verdicts: Mapping[str, Any]
    first_contact: Mapping[str, Any]
    top_reject: Rejection | None


def alignment(chosen: Period, *, now: datetime) -> Alignment:
    """Return the answers sales gave, how fast it made contact, and the reason it rejects most."""
    answered = queries.rows("verdicts", since=chosen.since, until=chosen.until)[0]
    return Alignment(answered, speed(chosen, now=now), next(iter(rejects(chosen)), None))
