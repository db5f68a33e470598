"""What a person does to many leads at once, or to one: a new owner, a stage. One id names all of it, for its undo."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import User
from accounts.permissions import can_sell
from accounts.services import audit_all, lock_person
from common.arrays import AnyOf
from leads.kinds import Kind
from leads.lifecycle import IllegalMove, check_move
from leads.models import Lead, LeadState
from leads.services.activities import NewActivity, record_activities
from leads.services.locking import lock_leads
from leads.services.stages import stage_words


class MayNotOwn(ValueError):
    """Leads belong to people of sales who are there."""

    def __init__(self, person: User) -> None:
        super().__init__(f"{person} can take no leads any more. Choose somebody else.")


@dataclass(frozen=True)
class Bulk:
    """What was done: its id, and the leads it was done to."""

    id: UUID
    lead_ids: tuple[UUID, ...]


@transaction.atomic
def change_owner(*, lead_ids: Collection[UUID], to: User | None, by: User, now: datetime) -> Bulk:
    """Give leads to ``to`` (None: nobody). Those that are theirs already are left: repeating changes nothing.

    Raises MayNotOwn for who is leaving meanwhile, or is of sales no more.
    """
    locked = lock_leads(lead_ids)
    if to is not None and not can_sell(lock_person(to)):
        raise MayNotOwn(to)
    rows = [lead for lead in locked if lead.owner_id != (to.pk if to else None)]
    names = {user.pk: str(user) for user in User.objects.filter(pk__in={lead.owner_id for lead in rows})}
    bulk = Bulk(uuid4(), tuple(lead.pk for lead in rows))
    new = {"to": to.pk if to else None, "new": str(to or ""), "bulk": str(bulk.id)}
    Lead.objects.filter(AnyOf("pk", bulk.lead_ids)).update(owner=to, updated_at=now)
    facts, changes = [], {}
    for lead in rows:
        old = names.get(lead.owner_id or 0, "")
        facts.append(NewActivity(lead.pk, Kind.OWNER_CHANGED, {"from": lead.owner_id, "old": old, **new}))
        changes[str(lead.pk)] = {"owner": [old, new["new"]]}
    record_activities(facts=facts, by=by, now=now)
    audit_all(by=by, action="change owner", kind="lead", changes=changes, now=now)
    return bulk


@transaction.atomic
def set_stages(*, lead_ids: Collection[UUID], to: str, reason: str, by: User, now: datetime) -> Bulk:
    """Pin leads to a stage until released; those that are there, or may not go there, are left as they are."""
    ids = [lead.pk for lead in lock_leads(lead_ids)]
    states = {state.lead_id: state for state in LeadState.objects.filter(AnyOf("lead", ids))}
    bulk_id, facts, changes = uuid4(), [], {}
    for pk in ids:
        words = stage_words(states.get(pk), to=to, reason=reason)
        if not may_move(current=words["from"], to=to):
            continue
        facts.append(NewActivity(pk, Kind.STAGE_SET, {**words, "bulk": str(bulk_id)}))
        changes[str(pk)] = {"stage": [words["from"], to], "reason": ["", reason]}
    record_activities(facts=facts, by=by, now=now)
    audit_all(by=by, action="set stage", kind="lead", changes=changes, now=now)
    return Bulk(bulk_id, tuple(fact.lead_id for fact in facts))


def may_move(*, current: str, to: str) -> bool:
    """Whether a person may set ``to`` on a lead in ``current``, and it would change something."""
    try:
        check_move(current=current, to=to)
    except IllegalMove:
        return False
    return True
