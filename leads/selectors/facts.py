"""Facts and profiles in the shape the engine reads, a batch in one query."""

import json
from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from common.arrays import id_array
from leads.lifecycle import FactRow
from leads.models import Lead

PROFILE_FIELDS = ("email", "phone", "first_name", "last_name", "company", "job_title", "country")
# The lead's id as text: one object per lead instead of one per fact.
FACTS = """
SELECT lead_id::text AS lead, id, kind, occurred_at, recorded_at, payload, by_id
FROM leads_activity
WHERE lead_id = ANY(%s::uuid[])
ORDER BY lead_id, occurred_at, id
"""


def engine_facts(lead_ids: Collection[UUID]) -> dict[UUID, list[FactRow]]:
    """Return all facts of the leads, each lead's in the order in which they happened; a lead without any is left out.

    Rows are read plainly, and their payloads as one JSON text: this is most of what the pipeline reads.
    """
    by_text = {str(lead_id): lead_id for lead_id in lead_ids}
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [id_array(by_text)])
        rows = cursor.fetchall()
    if not rows:
        return {}
    leads, ids, kinds, occurred, recorded, payloads, by_ids = zip(*rows, strict=True)
    facts = map(FactRow, ids, kinds, occurred, recorded, _read(payloads), by_ids)
    of_lead = groupby(zip(leads, facts, strict=True), key=itemgetter(0))
    return {by_text[lead]: [fact for _, fact in found] for lead, found in of_lead}


def _read(payloads: Iterable[str]) -> list[dict[str, Any]]:
    """Return the payloads as objects. PostgreSQL keeps numbers that only the slower reader of the two takes."""
    text = f"[{','.join(payloads)}]"
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def facts_of(lead: Lead) -> list[FactRow]:
    """Return all facts of one lead in the order in which they happened."""
    return engine_facts([lead.pk]).get(lead.pk, [])


def profile_of(lead: Lead) -> dict[str, Any]:
    """Return what is known of the person, attributes among it; empty fields are left out."""
    known = {field: getattr(lead, field) for field in PROFILE_FIELDS}
    return {field: value for field, value in {**lead.attributes, **known}.items() if value}
