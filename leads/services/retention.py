"""What is forgotten of leads with time."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from common.retention import Span
from common.spans import by_column
from leads.kinds import Kind
from leads.models import Activity, Consent, FieldProposal, Transition


def old_page_views(span: Span) -> QuerySet[Activity]:
    """Page views that nothing else stands on."""
    is_cause = Exists(Transition.objects.filter(activity=OuterRef("pk")))
    is_source = Exists(FieldProposal.objects.filter(activity=OuterRef("pk")))
    views = Activity.objects.filter(~is_cause, ~is_source, kind=Kind.PAGE_VIEWED)
    return by_column(views, span, "occurred_at")


def delete_page_views(*, ids: list) -> int:
    """Delete page views. Returns how many."""
    return Activity.objects.filter(pk__in=ids, kind=Kind.PAGE_VIEWED).delete()[1].get(Activity._meta.label, 0)


def old_consent_addresses(span: Span) -> QuerySet[Consent]:
    """Consents that still say from which network address and browser they were given; their wording is kept."""
    return by_column(Consent.objects.filter(Q(ip__isnull=False) | ~Q(user_agent="")), span, "at")


def forget_consent_addresses(*, ids: list) -> int:
    """Empty network address and browser. Returns of how many consents."""
    return Consent.objects.filter(pk__in=ids).update(ip=None, user_agent="")
