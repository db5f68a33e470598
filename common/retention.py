"""How long things are kept: one row a rule, and how far it has been applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from common.models import RetentionRule


@dataclass(frozen=True)
class Span:
    """What a rule removes now: from ``since`` (None: the beginning) up to ``before``."""

    since: datetime | None
    before: datetime


def kept_days(defaults: Mapping[str, int]) -> dict[str, int]:
    """Return for each rule the days it keeps things, 0 for ever."""
    return {**defaults, **dict(RetentionRule.objects.filter(name__in=defaults).values_list("name", "days"))}


def due_span(name: str, *, days: int, now: datetime, is_preview: bool = False) -> Span | None:
    """Return what a rule has to look at, None where it keeps things for ever, or was applied within the hour."""
    if not days:
        return None
    before = now - timedelta(days=days)
    since = RetentionRule.objects.filter(name=name).values_list("done_until", flat=True).first()
    is_fresh = since is not None and before - since < timedelta(hours=1)
    return None if is_fresh and not is_preview else Span(since, before)


@transaction.atomic
def save_kept_days(*, days: Mapping[str, int]) -> None:
    """Write how long each rule keeps things."""
    for name, value in days.items():
        RetentionRule.objects.update_or_create(name=name, defaults={"days": value})


def note_applied(*, name: str, days: int, until: datetime) -> None:
    """Remember that a rule has nothing left before ``until``."""
    RetentionRule.objects.update_or_create(name=name, defaults={"done_until": until}, create_defaults={
        "name": name, "days": days, "done_until": until
    })  # fmt: skip
