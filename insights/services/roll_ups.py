"""Keeps the numbers of large installations counted, day by day: see ``RollUp``.

A pass counts again the days whose leads have got anywhere since the last one, each day in a commit of its own; once a
day it counts all of them. It rests for twenty times as long as it took, so that counting never costs more than a
twentieth of a processor.
"""

import json
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from common.models import Installation
from insights import queries
from insights.models import CohortStep, RollUp
from insights.periods import CHOICES, day_start, period
from leads.models import Lead

LIVE_LIMIT = 5_000  # up to so many leads the facts themselves are asked, which takes milliseconds
DAYS = 200  # the longest period and the one before it, and some more
OVERLAP = timedelta(minutes=5)  # what a transaction that was open at the last pass has committed since
LEASE = timedelta(minutes=10)
REST, REST_WHEN_SMALL = timedelta(seconds=10), timedelta(minutes=1)
REST_FACTOR = 20
BUDGET_SECONDS = 30.0
KEPT_SOURCES = 1_000


def roll_up(*, now: datetime, live_limit: int = LIVE_LIMIT, budget_seconds: float = BUDGET_SECONDS) -> int:
    """Go on counting where it is due. Returns how many days were counted; what is left is due at once."""
    claimed = _claim(now)
    if claimed is None:
        return 0
    began = time.monotonic()
    if not _is_large(now, live_limit):
        _store(claimed, as_of=None, pass_at=None, pending=[], due_at=now + REST_WHEN_SMALL)
        return 0
    if not claimed.pending:
        _begin_pass(claimed, now)
    counted = 0
    while claimed.pending and (not counted or time.monotonic() - began < budget_seconds):
        _count_day(date.fromisoformat(claimed.pending.pop(0)), ZoneInfo(claimed.zone))
        counted += 1
    if claimed.pending:
        _store(claimed, due_at=now)
    else:
        _finish_pass(claimed, now, timedelta(seconds=time.monotonic() - began))
    return counted


def _claim(now: datetime) -> RollUp | None:
    """Take the row if it is due; a worker that dies with it leaves it to the next after the lease."""
    RollUp.objects.get_or_create(pk=1, defaults={"due_at": now})
    won = RollUp.objects.filter(pk=1, due_at__lte=now).update(due_at=now + LEASE)
    return RollUp.objects.get(pk=1) if won else None


def _is_large(now: datetime, limit: int) -> bool:
    recent = Lead.objects.filter(created_at__gte=now - timedelta(days=DAYS)).order_by("-created_at")
    return recent[: limit + 1].count() > limit


def _begin_pass(claimed: RollUp, now: datetime) -> None:
    """Note which days are to be counted, the newest first."""
    zone = Installation.current().time_zone
    today = now.astimezone(ZoneInfo(zone)).date()
    is_whole = claimed.as_of is None or claimed.zone != zone or claimed.whole_on != today
    first = today - timedelta(days=DAYS)
    since = day_start(first, ZoneInfo(zone)) if is_whole or claimed.as_of is None else claimed.as_of - OVERLAP
    days = (
        [first + timedelta(days=n) for n in range(DAYS + 1)]
        if is_whole
        else [row["day"] for row in queries.rows("changed_days", since=since, first=first, zone=zone)]
    )
    if is_whole:
        CohortStep.objects.filter(day__lt=first).delete()
    pending = [day.isoformat() for day in sorted(days, reverse=True)]
    _store(claimed, pass_at=now, zone=zone, whole_on=today, pending=pending)


@transaction.atomic
def _count_day(day: date, zone: ZoneInfo) -> None:
    CohortStep.objects.filter(day=day).delete()
    queries.run("count_day", day=day, since=day_start(day, zone), until=day_start(day + timedelta(days=1), zone))


def _finish_pass(claimed: RollUp, now: datetime, took: timedelta) -> None:
    """Make the numbers valid as of the pass's beginning, and let it rest."""
    answers = _answers(claimed, now)
    _store(claimed, as_of=claimed.pass_at, answers=answers, due_at=now + max(REST, took * REST_FACTOR))


def _answers(claimed: RollUp, now: datetime) -> dict[str, Any]:
    """Ask the questions that have few possible answers, once for everybody."""
    periods = [period(key, now=now, zone=ZoneInfo(claimed.zone)) for key in CHOICES]
    month = period("month", now=now, zone=ZoneInfo(claimed.zone))
    answers = {
        "temperature": queries.rows("temperature"),
        f"achieved {month.span}": queries.rows("achieved", since=month.since, until=month.until),
    }
    for chosen in periods:
        bounds = {"since": chosen.since, "until": chosen.until}
        answers[f"first_contact {chosen.span}"] = queries.rows("first_contact", **bounds, now=now)
        answers[f"sources {chosen.span}"] = queries.rows("sources", **bounds, limit=KEPT_SOURCES)
    return json.loads(json.dumps(answers, default=float))


def _store(claimed: RollUp, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(claimed, name, value)
    claimed.save(update_fields=_names(changes, also=["pending"]))


def _names(changes: dict[str, Any], *, also: Sequence[str]) -> list[str]:
    return sorted({*changes, *also})
