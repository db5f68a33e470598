"""What the lead page shows beside the timeline."""

from dataclasses import dataclass

from django.db.models import QuerySet

from leads.models import Consent, FieldProposal, Lead, Touch, Transition


@dataclass(frozen=True)
class Origin:
    """The first and the last touch; the same one where there was one only."""

    first: Touch | None
    last: Touch | None


def stage_history(lead: Lead) -> list[Transition]:
    """Return all transitions, oldest first, with the people who made them."""
    return list(lead.transitions.select_related("by").order_by("at", "id"))


def origin_of(lead: Lead) -> Origin:
    """Return where the lead came from first and last."""
    touches = lead.touches.select_related("source").order_by("at", "id")
    return Origin(touches.first(), touches.last())


def consents_of(lead: Lead) -> list[Consent]:
    """Return the last word on each topic, by the topics' order."""
    rows = lead.consents.select_related("topic").order_by("topic__position", "topic_id", "-at", "-id")
    return list(rows.distinct("topic__position", "topic_id"))


def proposals_of(lead: Lead) -> QuerySet[FieldProposal]:
    """Return values that visitors gave for fields that already had another, undecided yet."""
    return lead.proposals.filter(decided_at=None).order_by("-at")
