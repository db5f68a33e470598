"""Telling webhooks about leads, in the commit that made it so."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Event
from accounts.selectors import wanted_events
from accounts.services import NewEvent, publish
from common.arrays import AnyOf
from leads.models import Lead
from leads.serializers import LeadSerializer


def announce_judgements(*, created: Collection[UUID], transitions: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Tell of leads that were judged for the first time, and of stages that were entered (rows of transitions)."""
    wanted = wanted_events(Event.LEAD_CREATED, Event.LEAD_STAGE_CHANGED) if created or transitions else set()
    if not wanted:
        return
    created = created if Event.LEAD_CREATED in wanted else ()
    moves = transitions if Event.LEAD_STAGE_CHANGED in wanted else ()
    leads = leads_json({*created, *(move["lead_id"] for move in moves)})
    events = [NewEvent(Event.LEAD_CREATED, now, {"lead": leads[pk]}, about=pk) for pk in sorted(created) if pk in leads]
    events += [
        NewEvent(Event.LEAD_STAGE_CHANGED, move["at"], {"lead": leads[pk], **_move(move)}, about=pk)
        for move in moves
        if (pk := move["lead_id"]) in leads
    ]
    publish(events=events, now=now)


def leads_json(lead_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return leads as the API shows them; made-up ones are left out."""
    found = Lead.objects.filter(AnyOf("pk", lead_ids), is_sample=False).select_related("state", "source")
    return {lead.pk: LeadSerializer().to_representation(lead) for lead in found}


def _move(move: Mapping[str, Any]) -> dict[str, str]:
    return {
        "from": move["from_stage"],
        "to": move["to_stage"],
        "cause": move["cause"],
        "cause_kind": move["cause_kind"],
    }
