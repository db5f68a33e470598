"""Why a lead is to be handed over: it became SQL, or asked for sales, and no handover took that yet."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.arrays import AnyOf
from leads.kinds import REQUEST_KINDS, Stage
from leads.lifecycle import FactRow
from leads.models import Activity, LeadState, Transition
from leads.selectors import undone_acts
from leads.words import fact_words
from sales.models import Handover, HandoverCause


@dataclass
class Cause:
    """What opens a handover; a request says more than the transition it brought about."""

    kind: str
    words: str
    at: datetime
    transition_id: int | None = None
    activity_id: int | None = None


def leads_with_causes(lead_ids: Collection[UUID], facts: Mapping[UUID, Iterable[FactRow]]) -> set[UUID]:
    """Return the leads that ever became SQL or asked for sales; most of a batch did neither."""
    became = Transition.objects.filter(AnyOf("lead", lead_ids), to_stage=Stage.SQL).values_list("lead_id", flat=True)
    asked = {pk for pk in lead_ids if any(fact.kind in REQUEST_KINDS for fact in facts.get(pk, ()))}
    return asked | set(became)


def untaken_causes(lead_ids: Collection[UUID]) -> dict[UUID, Cause]:
    """Return the newest cause of each lead that no handover took.

    A handover takes every cause recorded before its verdict. Leads with an open handover and
    disqualified leads have none.
    """
    last = _last_handovers(lead_ids)
    blocked = {lead_id for lead_id, (closed_at, _) in last.items() if closed_at is None}
    blocked |= set(
        LeadState.objects.filter(lead__in=lead_ids, stage=Stage.DISQUALIFIED).values_list("lead_id", flat=True)
    )
    since = {lead_id: decided_at for lead_id, (_, decided_at) in last.items()}
    free = [lead_id for lead_id in lead_ids if lead_id not in blocked]
    causes = _transitions(free, since) if free else {}
    for lead_id, request in (_requests(free, since) if free else {}).items():
        became = causes.get(lead_id)
        request.transition_id = became.transition_id if became else None
        causes[lead_id] = request
    return causes


def _last_handovers(lead_ids: Collection[UUID]) -> dict[UUID, tuple[datetime | None, datetime | None]]:
    rows = Handover.objects.filter(lead__in=lead_ids).order_by("lead_id", "-opened_at", "-id").distinct("lead_id")
    return {
        lead_id: (closed, decided)
        for lead_id, closed, decided in rows.values_list("lead_id", "closed_at", "decided_at")
    }


def _transitions(lead_ids: Collection[UUID], since: Mapping[UUID, datetime | None]) -> dict[UUID, Cause]:
    """A stage that a person set and took back is none."""
    rows = Transition.objects.filter(lead__in=lead_ids, to_stage=Stage.SQL).order_by("at", "id")
    moves = list(rows.values_list("pk", "lead_id", "at", "cause", "activity_id"))
    undone = undone_acts([act_id for *_, act_id in moves if act_id is not None])
    found = {}
    for pk, lead_id, at, cause, act_id in moves:
        if act_id not in undone and _is_later(at, since.get(lead_id)):
            found[lead_id] = Cause(HandoverCause.TRANSITION, cause or "Became SQL", at, transition_id=pk)
    return found


def _requests(lead_ids: Collection[UUID], since: Mapping[UUID, datetime | None]) -> dict[UUID, Cause]:
    rows = Activity.objects.filter(lead__in=lead_ids, kind__in=REQUEST_KINDS).order_by("recorded_at", "id")
    found = {}
    for fact in rows.only("lead_id", "kind", "occurred_at", "recorded_at", "payload"):
        if _is_later(fact.recorded_at, since.get(fact.lead_id)):
            words = fact_words(fact.kind, fact.payload)
            found[fact.lead_id] = Cause(HandoverCause.REQUEST, words, fact.occurred_at, activity_id=fact.pk)
    return found


def _is_later(at: datetime, decided_at: datetime | None) -> bool:
    return decided_at is None or at > decided_at
