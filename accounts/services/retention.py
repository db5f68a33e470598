"""What is forgotten of webhooks and of the audit log with time."""

from django.db.models import F, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import AuditEntry, Delivery, Notification
from accounts.services.sealing import cut_audit_log
from common.retention import Span
from common.spans import by_column, by_id


def old_deliveries(span: Span) -> QuerySet[Delivery]:
    """Deliveries that ended."""
    ended = [Delivery.State.DELIVERED, Delivery.State.DEAD, Delivery.State.WITHDRAWN]
    return by_id(Delivery.objects.filter(state__in=ended), span)


def delete_deliveries(*, ids: list) -> int:
    """Delete deliveries. Returns how many."""
    return Delivery.objects.filter(pk__in=ids).delete()[1].get(Delivery._meta.label, 0)


def old_notifications(span: Span) -> QuerySet[Notification]:
    """Lines of the bell, read or not."""
    return by_column(Notification.objects.all(), span, "at")


def delete_notifications(*, ids: list) -> int:
    """Delete lines of the bell. Returns how many."""
    return Notification.objects.filter(pk__in=ids).delete()[0]


def old_audit_entries(span: Span) -> QuerySet[AuditEntry]:
    """Entries at the beginning of the sealed log, up to the first that is to be kept.

    One written later with an earlier time stays until all before it go: the rest has to hold together.
    """
    sealed = AuditEntry.objects.exclude(position=None).order_by("position")
    first_kept = Subquery(sealed.filter(at__gte=span.before).values("position")[:1])
    return sealed.filter(at__lt=span.before, position__lt=Coalesce(first_kept, F("position") + 1))


def delete_audit_entries(*, ids: list) -> int:
    """Delete entries from the beginning of the log. Returns how many."""
    return cut_audit_log(ids=ids)


def old_audit_addresses(span: Span) -> QuerySet[AuditEntry]:
    """Entries that say from which address they were made."""
    return by_column(AuditEntry.objects.filter(ip__isnull=False), span, "at")


def forget_audit_addresses(*, ids: list) -> int:
    """Empty the addresses. Returns how many."""
    return AuditEntry.objects.filter(pk__in=ids).update(ip=None)
