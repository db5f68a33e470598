"""Facts and profiles in the shape the engine reads, a batch in one query."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from leads.lifecycle import FactRow
from leads.models import Activity, Lead

PROFILE_FIELDS = ("email", "phone", "first_name", "last_name", "company", "job_title", "country")
FACT_COLUMNS = ("lead_id", "id", "kind", "occurred_at", "recorded_at", "payload", "by_id")


def engine_facts(lead_ids: Collection[UUID]) -> dict[UUID, list[FactRow]]:
    """Return all facts of the leads, each lead's in the order in which they happened."""
    facts: dict[UUID, list[FactRow]] = defaultdict(list)
    rows = Activity.objects.filter(lead_id__in=lead_ids).order_by("occurred_at", "id").values_list(*FACT_COLUMNS)
    for lead_id, *columns in rows.iterator(chunk_size=5000):
        facts[lead_id].append(FactRow(*columns))
    return facts


def facts_of(lead: Lead) -> list[FactRow]:
    """Return all facts of one lead in the order in which they happened."""
    return engine_facts([lead.pk]).get(lead.pk, [])


def profile_of(lead: Lead) -> dict[str, Any]:
    """Return what is known of the person, attributes among it; empty fields are left out."""
    known = {field: getattr(lead, field) for field in PROFILE_FIELDS}
    return {field: value for field, value in {**lead.attributes, **known}.items() if value}
