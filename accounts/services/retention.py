"""What is forgotten of webhooks and of the audit log with time."""

from django.db.models import QuerySet

from accounts.models import AuditEntry, Delivery
from common.retention import Span
from common.spans import by_column, by_id


def old_deliveries(span: Span) -> QuerySet[Delivery]:
    """Deliveries that ended."""
    ended = [Delivery.State.DELIVERED, Delivery.State.DEAD, Delivery.State.WITHDRAWN]
    return by_id(Delivery.objects.filter(state__in=ended), span)


def delete_deliveries(*, ids: list) -> int:
    """Delete deliveries. Returns how many."""
    return Delivery.objects.filter(pk__in=ids).delete()[1].get(Delivery._meta.label, 0)


def old_audit_entries(span: Span) -> QuerySet[AuditEntry]:
    """Entries of the audit log."""
    return by_column(AuditEntry.objects.all(), span, "at")


def delete_audit_entries(*, ids: list) -> int:
    """Delete entries. Returns how many."""
    return AuditEntry.objects.filter(pk__in=ids).delete()[1].get(AuditEntry._meta.label, 0)
