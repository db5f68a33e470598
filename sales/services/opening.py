"""Opening handovers: level-triggered, so that calling it again changes nothing."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Team
from common.failpoint import failpoint
from common.halving import SetAside, blame, work_in_halves
from leads.kinds import Kind, Temperature
from leads.lifecycle import FactRow
from leads.models import Lead
from leads.selectors import engine_facts
from leads.services import NewActivity, assign_team, lock_leads, record_activities
from sales.business_time import BusinessHours
from sales.causes import Cause, leads_with_causes, untaken_causes
from sales.models import Handover
from sales.selectors.hours import business_hours
from sales.services.announcing import announce_opened
from sales.services.needing import tell_offered
from sales.services.offering import Desk
from sales.services.watching import settle_handovers
from sales.sla import due_times


@transaction.atomic
def hand_over(
    *,
    lead_ids: Collection[UUID],
    now: datetime,
    facts: Mapping[UUID, Iterable[FactRow]] | None = None,
    set_aside: SetAside[UUID] = blame,
) -> list[Handover]:
    """Open a handover for each lead that has a cause and no open one. Returns those opened.

    ``facts`` are those of the leads, where the caller has read them.
    """
    settle_handovers(now=now, lead_ids=lead_ids)
    possible = leads_with_causes(lead_ids, engine_facts(lead_ids) if facts is None else facts)
    candidates = untaken_causes(possible) if possible else {}
    opened: list[Handover] = []

    def open_some(ids: Collection[UUID]) -> int:
        handovers = _open(ids, now)
        opened.extend(handovers)
        return len(handovers)

    work_in_halves(sorted(candidates), work=open_some, set_aside=set_aside)
    return opened


def _open(lead_ids: Collection[UUID], now: datetime) -> list[Handover]:
    lock_leads(lead_ids)
    causes = untaken_causes(lead_ids)
    leads = Lead.objects.filter(pk__in=causes).select_related("owner", "team", "state").order_by("pk")
    hours, desk = business_hours(), Desk()
    handovers = [_new(lead, causes[lead.pk], desk, hours, now) for lead in leads]
    Handover.objects.bulk_create(handovers)
    failpoint("handover.opened")
    _tell_the_lead(handovers, now)
    announce_opened(handovers=handovers, now=now)
    tell_offered(handovers, now)
    return handovers


def _new(lead: Lead, cause: Cause, desk: Desk, hours: BusinessHours, now: datetime) -> Handover:
    is_hot = hasattr(lead, "state") and lead.state.temperature == Temperature.HOT
    due = due_times(opened_at=now, is_hot=is_hot, hours=hours)
    routed = desk.route(lead=lead, now=now)
    return Handover(
        lead=lead,
        team=routed.team,
        is_hot=is_hot,
        cause_kind=cause.kind,
        cause=cause.words[:300],
        cause_at=cause.at,
        transition_id=cause.transition_id,
        activity_id=cause.activity_id,
        offered_to_id=routed.user_id,
        offered_at=now if routed.user_id else None,
        offer_reason=routed.reason,
        opened_at=now,
        first_contact_due_at=due.first_contact_at,
        verdict_due_at=due.verdict_at,
        return_at=due.return_at if routed.user_id else None,
        changed_at=now,
    )


def _tell_the_lead(handovers: Iterable[Handover], now: datetime) -> None:
    """Add the facts, and show each lead to the team it is offered to."""
    facts = []
    by_team: dict[Team | None, list[UUID]] = {}
    for handover in handovers:
        by_team.setdefault(handover.team, []).append(handover.lead_id)
        payload = {"handover": str(handover.pk), "cause": handover.cause, "cause_kind": handover.cause_kind}
        facts.append(NewActivity(handover.lead_id, Kind.HANDOVER_OPENED, payload))
    record_activities(facts=facts, now=now, is_marking=False)
    for team, lead_ids in by_team.items():
        assign_team(lead_ids=lead_ids, team=team)
