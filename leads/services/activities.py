"""Recording facts: each brings the mark that makes the pipeline look."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from common.wake import wake
from leads.kinds import UNJUDGED_KINDS
from leads.models import Activity, Mark

ADVANCE = "leadcrm.advance_marked_leads"


@dataclass(frozen=True)
class NewActivity:
    """A fact to be recorded; ``occurred_at`` defaults to the moment of recording."""

    lead_id: UUID
    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None
    external_id: str | None = None


@transaction.atomic
def record_activity(
    *,
    lead_id: UUID,
    kind: str,
    now: datetime,
    by: User | None = None,
    occurred_at: datetime | None = None,
    payload: dict[str, Any] | None = None,
    external_id: str | None = None,
    urgent: bool = False,
) -> Activity:
    """Add one fact and its mark. With an ``external_id`` seen before, return the fact it made then."""
    activity = Activity(
        lead_id=lead_id,
        kind=kind,
        occurred_at=occurred_at or now,
        recorded_at=now,
        by=by,
        payload=payload or {},
        external_id=external_id,
    )
    if external_id is not None:
        Activity.objects.bulk_create([activity], ignore_conflicts=True)
        activity = Activity.objects.get(external_id=external_id)
    else:
        activity.save(force_insert=True)
    if kind not in UNJUDGED_KINDS:
        Mark.objects.create(lead_id=lead_id, due_at=now, urgent=urgent, activity=activity)
        wake(ADVANCE)
    return activity


@transaction.atomic
def record_activities(
    *,
    facts: Sequence[NewActivity],
    now: datetime,
    by: User | None = None,
    is_marking: bool = True,
    urgent: bool = False,
) -> list[Activity]:
    """Add many facts in two statements; marks as ``record_activity`` does, none where the caller judges anyway."""
    activities = Activity.objects.bulk_create(
        Activity(
            lead_id=fact.lead_id,
            kind=fact.kind,
            occurred_at=fact.occurred_at or now,
            recorded_at=now,
            by=by,
            payload=fact.payload,
            external_id=fact.external_id,
        )
        for fact in facts
    )
    read = [activity for activity in activities if activity.kind not in UNJUDGED_KINDS]
    if read and is_marking:
        Mark.objects.bulk_create(Mark(lead_id=a.lead_id, due_at=now, urgent=urgent, activity=a) for a in read)
        wake(ADVANCE)
    return activities
