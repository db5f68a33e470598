"""Telling webhooks about handovers. What can be undone is told once it no longer can; undoing withdraws it."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import Event
from accounts.selectors import wanted_events
from accounts.services import NewEvent, publish, withdraw
from leads.models import Activity
from leads.services import leads_json
from leads.verdicts import VERDICT_DELAY
from sales.models import Handover, State
from sales.serializers import HandoverSerializer

EVENT_OF = {
    State.ACCEPTED: Event.HANDOVER_ACCEPTED,
    State.REJECTED: Event.HANDOVER_REJECTED,
    State.WON: Event.HANDOVER_WON,
    State.LOST: Event.HANDOVER_LOST,
}


def announce_opened(*, handovers: Sequence[Handover], now: datetime) -> None:
    """Tell of leads that were given to sales."""
    _announce(handovers, Event.HANDOVER_OPENED, now, now)


def announce_act(*, handover: Handover, activity: Activity, now: datetime) -> None:
    """Tell of an accept, a verdict or an outcome in ten minutes, unless it is undone."""
    if handover.state in EVENT_OF:
        _announce([handover], EVENT_OF[State(handover.state)], now, now + VERDICT_DELAY, fact=fact_key(activity.pk))


def withdraw_act(*, activity_id: int | None, now: datetime) -> None:
    """Tell nobody of an act that was undone."""
    if activity_id is not None:
        withdraw(fact=fact_key(activity_id), now=now)


def fact_key(activity_id: int) -> str:
    return f"activity:{activity_id}"


def _announce(handovers: Sequence[Handover], event: Event, now: datetime, due_at: datetime, fact: str = "") -> None:
    if not handovers or not wanted_events(event):
        return
    leads = leads_json({handover.lead_id for handover in handovers})
    events = [
        NewEvent(event, now, _content(handover, leads[handover.lead_id]), handover.lead_id, fact, due_at)
        for handover in handovers
        if handover.lead_id in leads
    ]
    publish(events=events, now=now)


def _content(handover: Handover, lead: dict) -> dict:
    return {"handover": HandoverSerializer(handover).data, "lead": lead}
