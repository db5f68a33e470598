"""Taking back what a person did to a lead a moment ago: a note, a changed field, a stage."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from leads.kinds import Kind, Stage
from leads.models import Activity, Lead, LeadState
from leads.selectors.acts import OWN_KINDS, UNDO_WINDOW, undo_key
from leads.services.activities import NewActivity, record_activities, record_activity
from leads.services.conflicts import EditConflict
from leads.services.locking import lock_lead
from leads.services.profile import edit_lead
from leads.words import fact_words

STAGE_KINDS = (Kind.STAGE_SET, Kind.STAGE_RELEASED)
# What such a fact names is what it belongs to: an act on many leads, an undo, a handover; it goes back with that.
OF_OTHER_ACTS = frozenset({"bulk", "restores", "handover"})


class CannotUndo(ValueError):
    """It is too late, it was somebody else's act, or something was built on it."""


@transaction.atomic
def undo_act(*, act: Activity, by: User, now: datetime) -> None:
    """Take back one act of ``by``: what was, is again, and both acts stay on the timeline. Raises CannotUndo.

    Repeating it changes nothing.
    """
    if act.by_id != by.pk or act.kind not in OWN_KINDS or not OF_OTHER_ACTS.isdisjoint(act.payload):
        raise CannotUndo("Only what you did yourself can be undone here.")
    if act.recorded_at + UNDO_WINDOW <= now:
        raise CannotUndo("Too late to undo: ten minutes have passed.")
    lead = lock_lead(act.lead_id)
    if Activity.objects.filter(external_id=undo_key(act.pk)).exists():
        return
    if act.kind in STAGE_KINDS:
        _restore_stage(act, by, now)
    elif act.kind == Kind.PROFILE_CHANGED:
        _restore_field(lead, act, by, now)
    payload = {"undoes": act.pk, "what": fact_words(act.kind, act.payload)}
    record_activity(lead_id=lead.pk, kind=Kind.UNDONE, payload=payload, by=by, now=now, external_id=undo_key(act.pk))


def _restore_field(lead: Lead, act: Activity, by: User, now: datetime) -> None:
    field, old, new = act.payload["field"], act.payload["old"], act.payload["new"]
    try:
        edit_lead(lead=lead, changes={field: old}, seen={field: new}, by=by, now=now)
    except (EditConflict, ValueError) as exc:
        raise CannotUndo(f"Not undone: {exc}") from exc


def _restore_stage(act: Activity, by: User, now: datetime) -> None:
    later = Activity.objects.filter(lead=act.lead_id, kind__in=STAGE_KINDS, pk__gt=act.pk)
    stage = LeadState.objects.values_list("stage", flat=True).get(lead=act.lead_id)
    if later.exists() or stage != act.payload.get("to"):
        raise CannotUndo("Not undone: the stage has changed since.")
    record_activities(facts=restoring(act), by=by, now=now, urgent=True)


def restoring(act: Activity) -> list[NewActivity]:
    """Return the facts that set the stage that was before ``act``, and leave it to the rules where it was theirs."""
    same = {"restores": act.pk} | {key: act.payload[key] for key in ("bulk",) if key in act.payload}
    reason = act.payload["pin_reason"] or f"Undone: {Stage(act.payload['to']).label}"
    back = {"from": act.payload["to"], "to": act.payload["from"], "reason": reason, **same}
    facts = [NewActivity(act.lead_id, Kind.STAGE_SET, back)]
    return facts if act.payload["was_pinned"] else [*facts, NewActivity(act.lead_id, Kind.STAGE_RELEASED, same)]
