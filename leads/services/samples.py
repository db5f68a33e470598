"""Sample leads are marked, so that they can be told from real ones; and leads can be deleted."""

from collections.abc import Collection
from uuid import UUID

from leads.models import Lead


def mark_as_sample(*, email_key: str) -> None:
    """Mark the lead with this address as sample data."""
    Lead.objects.filter(email_key=email_key).update(is_sample=True)


def delete_leads(*, lead_ids: Collection[UUID]) -> int:
    """Delete leads with their facts, transitions, marks, touches and consents. Returns how many there were."""
    return Lead.objects.filter(pk__in=lead_ids).delete()[1].get(Lead._meta.label, 0)
