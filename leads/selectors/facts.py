"""Facts and profiles in the shape the engine reads, a batch in one query."""

import json
from collections.abc import Collection
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection

from leads.lifecycle import FactRow
from leads.models import Lead

PROFILE_FIELDS = ("email", "phone", "first_name", "last_name", "company", "job_title", "country")
# The id as text: one object per lead instead of one per fact.
FACTS = """
SELECT lead_id::text, id, kind, occurred_at, recorded_at, payload, by_id
FROM leads_activity
WHERE lead_id = ANY(%s)
ORDER BY lead_id, occurred_at, id
"""


def engine_facts(lead_ids: Collection[UUID]) -> dict[UUID, list[FactRow]]:
    """Return all facts of the leads, each lead's in the order in which they happened; a lead without any is left out.

    Rows are read plainly: this is most of what the pipeline reads.
    """
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [list(lead_ids)])
        of_lead = groupby(cursor.fetchall(), key=itemgetter(0))
        return {UUID(lead_id): [_fact(row) for row in rows] for lead_id, rows in of_lead}


def _fact(row: tuple[Any, ...]) -> FactRow:
    _, number, kind, occurred_at, recorded_at, payload, by_id = row
    return FactRow(number, kind, occurred_at, recorded_at, json.loads(payload), by_id)


def facts_of(lead: Lead) -> list[FactRow]:
    """Return all facts of one lead in the order in which they happened."""
    return engine_facts([lead.pk]).get(lead.pk, [])


def profile_of(lead: Lead) -> dict[str, Any]:
    """Return what is known of the person, attributes among it; empty fields are left out."""
    known = {field: getattr(lead, field) for field in PROFILE_FIELDS}
    return {field: value for field, value in {**lead.attributes, **known}.items() if value}
