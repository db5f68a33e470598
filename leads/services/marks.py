"""The queue of leads to be looked at. A mark is taken in the transaction that writes the judgement."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
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
# A mark that this transaction took is there again. A time mark is not: judging has set its lead another, or will.
PUT_OFF = """
WITH put_off AS (
    INSERT INTO leads_mark (id, lead_id, activity_id, due_at, urgent, is_time, attempts, error)
    SELECT id, %(lead)s::uuid, activity_id, due_at, false, false, attempts, %(error)s
    FROM unnest(%(ids)s::bigint[], %(activities)s::bigint[], %(due)s::timestamptz[], %(attempts)s::int[])
        AS mark (id, activity_id, due_at, attempts)
    ON CONFLICT (id) DO UPDATE
    SET due_at = excluded.due_at, attempts = excluded.attempts, error = excluded.error, urgent = false
)
INSERT INTO leads_suspect (lead_id, worker_deaths) VALUES (%(lead)s::uuid, 0) ON CONFLICT DO NOTHING
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


def put_off(*, lead_id: UUID, marks: Sequence[DueMark], error: str, now: datetime) -> None:
    """Keep the marks of a lead that could not be judged, with the error, for later: 1 min, 5 min ... 12 h.

    From now on it is judged alone, until that ends well.
    """
    waits = (PUT_OFF_MINUTES[min(mark.attempts, len(PUT_OFF_MINUTES) - 1)] for mark in marks)
    values: dict[str, Any] = {
        "lead": lead_id,
        "error": error[:500],
        "ids": [mark.id for mark in marks],
        "activities": [mark.activity_id for mark in marks],
        "due": [now + timedelta(minutes=wait) for wait in waits],
        "attempts": [mark.attempts + 1 for mark in marks],
    }
    with connection.cursor() as cursor:
        cursor.execute(PUT_OFF, values)
