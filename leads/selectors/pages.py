"""What the lead page shows beside the timeline."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import QuerySet

from common.ui import duration_text
from leads.kinds import Stage
from leads.models import Consent, FieldProposal, Lead, Touch, Transition


@dataclass(frozen=True)
class Touches:
    """The first and the last touch; the same one where there was one only."""

    first: Touch | None
    last: Touch | None


def stage_history(lead: Lead) -> list[Transition]:
    """Return all transitions, oldest first, with the people who made them."""
    return list(lead.transitions.select_related("by").order_by("at", "id"))


def touches_of(lead: Lead) -> Touches:
    """Return where the lead came from first and last."""
    touches = lead.touches.select_related("source").order_by("at", "id")
    return Touches(touches.first(), touches.last())


def consents_of(lead: Lead) -> list[Consent]:
    """Return the last word on each topic, by the topics' order."""
    rows = lead.consents.select_related("topic").order_by("topic__position", "topic_id", "-at", "-id")
    return list(rows.distinct("topic__position", "topic_id"))


def proposals_of(lead: Lead) -> QuerySet[FieldProposal]:
    """Return values that visitors gave for fields that already had another, undecided yet."""
    return lead.proposals.filter(decided_at=None).order_by("-at")


@dataclass(frozen=True)
class RailStop:
    """A stage the lead was in: since when, what brought it there, and how long it stayed ("" where it still is)."""

    stage: str
    at: datetime
    stayed: str
    cause: str


def stage_rail(lead: Lead) -> list[RailStop]:
    """Return the stages the lead has been in, oldest first, the present one last."""
    moves = stage_history(lead)
    entries = [(Stage.NEW.value, lead.created_at, ""), *((move.to_stage, move.at, _cause(move)) for move in moves)]
    stays = [_span_words(later[1] - one[1]) for one, later in pairwise(entries)]
    return [RailStop(stage, at, stay, cause) for (stage, at, cause), stay in zip(entries, [*stays, ""], strict=True)]


def _span_words(span: timedelta) -> str:
    return duration_text(span) if span >= timedelta(minutes=1) else "less than a minute"


def _cause(move: Transition) -> str:
    return f"{move.cause} ({move.by})" if move.by else move.cause
