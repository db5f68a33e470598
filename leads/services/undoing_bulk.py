"""Taking back what a person did to many leads a moment ago, lead by lead where nothing was built on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from common.arrays import AnyOf
from leads.kinds import Kind
from leads.models import Activity, Lead, LeadState
from leads.selectors.acts import BULK_KINDS, UNDO_WINDOW, undo_key, undone_acts
from leads.services.activities import NewActivity, record_activities
from leads.services.locking import lock_leads
from leads.services.undoing import STAGE_KINDS, CannotUndo, restoring
from leads.words import fact_words


@dataclass(frozen=True)
class TakenBack:
    """The leads that are again as they were, and how many have changed since and stay."""

    lead_ids: tuple[UUID, ...]
    act_ids: tuple[int, ...]
    kept: int


@transaction.atomic
def undo_bulk(*, bulk_id: UUID, by: User, now: datetime) -> TakenBack:
    """Take back one act of ``by`` on all of its leads; both acts stay on the timelines. Repeating it changes nothing.

    Raises CannotUndo when it was somebody else's, when ten minutes have passed, and when no lead can go back.
    """
    own = Activity.objects.filter(by=by, recorded_at__gt=now - UNDO_WINDOW, kind__in=BULK_KINDS)
    acts = list(own.filter(payload__bulk=str(bulk_id)).exclude(payload__has_key="restores").order_by("lead_id"))
    if not acts:
        raise CannotUndo("Too late to undo: ten minutes have passed, or it was not done by you.")
    lock_leads([act.lead_id for act in acts])
    done = undone_acts([act.pk for act in acts])
    left = [act for act in acts if act.pk not in done]
    back = _owners_back(left, now) if acts[0].kind == Kind.OWNER_CHANGED else _stages_back(left, by, now)
    if left and not back:
        raise CannotUndo("Not undone: it has changed since.")
    record_activities(
        facts=[_undone(act) for act in back], by=by, now=now, is_marking=acts[0].kind != Kind.OWNER_CHANGED
    )
    return TakenBack(tuple(act.lead_id for act in back), tuple(act.pk for act in back), len(left) - len(back))


def _undone(act: Activity) -> NewActivity:
    payload = {"undoes": act.pk, "what": fact_words(act.kind, act.payload), "bulk": act.payload["bulk"]}
    return NewActivity(act.lead_id, Kind.UNDONE, payload, external_id=undo_key(act.pk))


def _owners_back(acts: Sequence[Activity], now: datetime) -> list[Activity]:
    """Give each lead back to whom it was taken from, unless somebody gave it away again."""
    owners = dict(Lead.objects.filter(AnyOf("pk", [act.lead_id for act in acts])).values_list("pk", "owner_id"))
    back = [act for act in acts if owners.get(act.lead_id) == act.payload["to"]]
    known = set(User.objects.filter(pk__in={act.payload["from"] for act in back}).values_list("pk", flat=True))
    of_owner: dict[int | None, list[UUID]] = {}
    for act in back:
        of_owner.setdefault(act.payload["from"] if act.payload["from"] in known else None, []).append(act.lead_id)
    for owner_id, lead_ids in of_owner.items():
        Lead.objects.filter(AnyOf("pk", lead_ids)).update(owner_id=owner_id, updated_at=now)
    return back


def _stages_back(acts: Sequence[Activity], by: User, now: datetime) -> list[Activity]:
    """Set the stages that were, and leave them to the rules again where they were theirs.

    An act that no judgement has read yet has changed nothing: taking it back is enough.
    """
    lead_ids = [act.lead_id for act in acts]
    states = {state.lead_id: state for state in LeadState.objects.filter(AnyOf("lead", lead_ids))}
    later = Activity.objects.filter(
        AnyOf("lead", lead_ids), kind__in=STAGE_KINDS, pk__gt=min((act.pk for act in acts), default=0)
    )
    newest = dict(later.order_by("pk").values_list("lead_id", "pk"))
    back, facts = [], []
    for act in acts:
        state = states.get(act.lead_id)
        read = state if state is not None and act.pk in state.decided_ids else None
        if newest.get(act.lead_id, act.pk) != act.pk or (read and read.stage != act.payload["to"]):
            continue
        back.append(act)
        facts += restoring(act) if read else []
    record_activities(facts=facts, by=by, now=now)
    return back
