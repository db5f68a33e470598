"""A note of the leads in hand, which outlives the worker: who kills workers is found out, and nobody else waits.

The leads of a dead worker are suspects, and so is a lead whose judging failed. Suspects are judged one at a time in
the whole installation, so that only the one that kills can be in hand when the next worker dies, and one that fails
fails alone; after MAX_WORKER_DEATHS it is put aside until a person asks for it again.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from common.arrays import AnyOf
from leads.models import MAX_WORKER_DEATHS, Look, Mark, Suspect

KILLED_ITS_WORKER = f"killed its worker: {MAX_WORKER_DEATHS} workers ended while they judged this lead"

# Nobody else may choose meanwhile, or both would choose the same leads. What is noted needs to outlive this process,
# not the power: no wait for the disk.
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtext('leads_look')), set_config('synchronous_commit', 'off', true)"
BEGIN = """
INSERT INTO leads_look (lead_ids, is_alone, began_at)
SELECT array_agg(DISTINCT lead_id), false, statement_timestamp() FROM (
    SELECT lead_id FROM leads_mark
    WHERE due_at <= %(now)s
      AND lead_id NOT IN (SELECT unnest(lead_ids) FROM leads_look)
      AND lead_id NOT IN (SELECT lead_id FROM leads_suspect)
    ORDER BY urgent DESC, due_at LIMIT %(limit)s
) AS due
HAVING count(*) > 0
RETURNING id, lead_ids, is_alone, began_at
"""
BEGIN_ALONE = """
INSERT INTO leads_look (lead_ids, is_alone, began_at)
SELECT ARRAY[lead_id], true, statement_timestamp() FROM leads_suspect AS suspect
WHERE worker_deaths < %(deaths)s
  AND EXISTS (SELECT 1 FROM leads_mark AS mark WHERE mark.lead_id = suspect.lead_id AND due_at <= %(now)s)
  AND lead_id NOT IN (SELECT unnest(lead_ids) FROM leads_look)
ORDER BY worker_deaths, lead_id LIMIT 1
ON CONFLICT DO NOTHING
RETURNING id, lead_ids, is_alone, began_at
"""
# A worker takes its row right after it was noted. One that could not for so long finds it gone, and leaves the leads.
SUSPECT = """
WITH dead AS (
    DELETE FROM leads_look WHERE id IN (
        SELECT id FROM leads_look WHERE began_at < statement_timestamp() - interval '2 seconds'
        FOR UPDATE SKIP LOCKED)
    RETURNING lead_ids
)
INSERT INTO leads_suspect (lead_id, worker_deaths)
SELECT DISTINCT lead.id, 1 FROM dead JOIN leads_lead AS lead ON lead.id = ANY(dead.lead_ids)
ON CONFLICT (lead_id) DO UPDATE SET worker_deaths = leads_suspect.worker_deaths + 1
RETURNING lead_id, worker_deaths
"""


def begin_look(*, now: datetime, limit: int) -> Look | None:
    """Note that the leads of up to ``limit`` due marks are in hand, urgent first. None when none is due."""
    return _begin(BEGIN, {"now": now, "limit": limit})


def begin_lone_look(*, now: datetime) -> Look | None:
    """Note that one suspect is in hand. None when no suspect is due, or another one is in hand."""
    return _begin(BEGIN_ALONE, {"now": now, "deaths": MAX_WORKER_DEATHS})


def _begin(statement: str, params: dict[str, object]) -> Look | None:
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(TAKE_TURN)
        return next(iter(Look.objects.raw(statement, params)), None)


def end_look(look: Look) -> bool:
    """Hold the note and let it go with this transaction. False if this worker was taken for dead meanwhile."""
    return bool(Look.objects.filter(pk=look.pk).delete()[0])


def clear_suspicion(*, lead_ids: Collection[UUID]) -> None:
    """Take leads for harmless: a worker had them in hand alone, lives, and has judged them."""
    Suspect.objects.filter(AnyOf("pk", lead_ids)).delete()


@transaction.atomic
def suspect_leads_of_dead_workers() -> list[UUID]:
    """Count a worker's death for each lead it had in hand; put aside, and return, those with MAX_WORKER_DEATHS."""
    with connection.cursor() as cursor:
        cursor.execute(SUSPECT)
        killers = [pk for pk, deaths in cursor.fetchall() if deaths >= MAX_WORKER_DEATHS]
    if killers:
        Mark.objects.filter(AnyOf("lead", killers)).update(error=KILLED_ITS_WORKER, urgent=False)
    return killers


@transaction.atomic
def judge_again(*, lead_ids: Collection[UUID] | None = None, now: datetime) -> int:
    """Make due at ``now`` what could not be judged, of all leads or of some. Returns how many leads."""
    marks, suspects = Mark.objects.exclude(error=""), Suspect.objects.filter(worker_deaths__in=(0, MAX_WORKER_DEATHS))
    if lead_ids is not None:
        marks, suspects = marks.filter(AnyOf("lead", lead_ids)), suspects.filter(AnyOf("pk", lead_ids))
    chosen = {*marks.values_list("lead_id", flat=True), *suspects.values_list("pk", flat=True)}
    suspects.delete()
    marks.update(due_at=now, attempts=0, error="")
    return len(chosen)
