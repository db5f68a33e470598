"""A person's acts on the stage: facts that the next judgement reads. The caller lets the pipeline judge at once."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from leads.kinds import Kind, Stage
from leads.lifecycle import IllegalMove, check_move
from leads.models import Activity, Lead, LeadState
from leads.services.activities import record_activity
from leads.services.locking import lock_lead


@transaction.atomic
def set_stage(*, lead: Lead, to: str, reason: str, by: User, now: datetime) -> Activity:
    """Pin the lead to a stage until released. Raises IllegalMove."""
    lock_lead(lead.pk)
    state = LeadState.objects.filter(lead=lead).first()
    payload = stage_words(state, to=to, reason=reason)
    check_move(current=payload["from"], to=to)
    changes = {"stage": [payload["from"], to], "reason": ["", reason]}
    audit(by=by, action="set stage", kind="lead", object_id=str(lead.pk), changes=changes, now=now)
    return record_activity(lead_id=lead.pk, kind=Kind.STAGE_SET, payload=payload, by=by, now=now, urgent=True)


@transaction.atomic
def release_stage(*, lead: Lead, by: User, now: datetime) -> Activity:
    """Give the stage back to the rules. Raises IllegalMove when it is not pinned."""
    lock_lead(lead.pk)
    state = LeadState.objects.filter(lead=lead, is_pinned=True).first()
    if state is None:
        raise IllegalMove("The stage is not pinned; the rules decide already.")
    audit(by=by, action="release stage", kind="lead", object_id=str(lead.pk), changes={}, now=now)
    payload = {"from": state.stage, "to": state.stage, **_pin_before(state)}
    return record_activity(lead_id=lead.pk, kind=Kind.STAGE_RELEASED, payload=payload, by=by, now=now, urgent=True)


def stage_words(state: LeadState | None, *, to: str, reason: str) -> dict[str, Any]:
    """Return what the fact of a stage that a person sets says, with what an undo has to bring back."""
    return {"from": state.stage if state else Stage.NEW, "to": to, "reason": reason, **_pin_before(state)}


def _pin_before(state: LeadState | None) -> dict[str, object]:
    return {"was_pinned": bool(state and state.is_pinned), "pin_reason": state.pin_reason if state else ""}


@transaction.atomic
def add_note(*, lead: Lead, text: str, by: User, now: datetime) -> Activity:
    """Keep a person's note on the timeline."""
    audit(by=by, action="add note", kind="lead", object_id=str(lead.pk), changes={}, now=now)
    return record_activity(lead_id=lead.pk, kind=Kind.NOTE_ADDED, payload={"note": text}, by=by, now=now)
