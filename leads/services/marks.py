"""The queue of leads to be looked at. A mark is taken in the transaction that writes the judgement."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from common.arrays import AnyOf, id_array
from leads.models import Mark

PUT_OFF_MINUTES = (1, 5, 30, 120, 720)
DUE = """
SELECT mark.id, mark.lead_id, mark.activity_id, mark.attempts
FROM leads_mark AS mark JOIN leads_lead AS lead ON lead.id = mark.lead_id
WHERE mark.lead_id = ANY(%s::uuid[]) AND mark.due_at <= %s
FOR NO KEY UPDATE OF lead, mark SKIP LOCKED
"""


class DueMark(NamedTuple):
    """What the pipeline needs of a mark that it holds."""

    id: int
    lead_id: UUID
    activity_id: int | None
    attempts: int


def due_marks(*, lead_ids: Collection[UUID], now: datetime) -> list[DueMark]:
    """Lock and return the due marks of these leads, skipping those of leads that somebody else holds.

    The lead is locked before its mark, and nobody waits for either: a worker that held marks while it waited for
    their leads would meet in a circle with whoever holds such a lead and sets its next time mark.
    """
    with connection.cursor() as cursor:
        cursor.execute(DUE, [id_array(lead_ids), now])
        return [DueMark(*row) for row in cursor.fetchall()]


def take_marks(*, marks: Collection[DueMark]) -> None:
    """Delete exactly the marks that were looked at; one added meanwhile stays."""
    Mark.objects.filter(AnyOf("pk", [mark.id for mark in marks])).delete()


def put_off(*, marks: Collection[DueMark], error: str, now: datetime) -> None:
    """Keep marks whose lead could not be judged, with the error, for later: 1 min, 5 min ... 12 h."""
    for mark in marks:
        wait = PUT_OFF_MINUTES[min(mark.attempts, len(PUT_OFF_MINUTES) - 1)]
        Mark.objects.filter(pk=mark.id).update(
            due_at=now + timedelta(minutes=wait), attempts=mark.attempts + 1, error=error[:500], urgent=False
        )
