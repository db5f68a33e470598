"""What every act on a handover begins and ends with: the locked row, the person's right to it, the record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.permissions import can_sell
from accounts.services import audit, lock_person
from leads.kinds import Kind
from leads.models import Activity, Lead
from leads.services import assign_owner, lock_leads, record_activity
from sales.errors import AlreadyClaimed, AlreadyDecided, HandoverNotFound, MayNotSell
from sales.models import Handover, State


def locked(handover: Handover, by: User) -> Handover:
    """Return the row as it is now, locked. Raises MayNotSell, HandoverNotFound.

    The lead is locked first, as the pipeline does; in the other order the two would wait for each other in a circle.
    """
    if not can_sell(by):
        raise MayNotSell
    lock_leads([handover.lead_id])
    require_seller(by)
    row = Handover.objects.select_for_update(of=("self",)).filter(pk=handover.pk).first()
    if row is None:
        raise HandoverNotFound
    return row


def require_seller(by: User) -> None:
    """Lock who acts, after the lead: one who is leaving meanwhile takes nothing more. Raises MayNotSell."""
    if not can_sell(lock_person(by)):
        raise MayNotSell


def take(handover: Handover, by: User, now: datetime) -> None:
    """Make ``by`` the owner of a locked, working handover. Raises AlreadyClaimed, AlreadyDecided."""
    if handover.owner_id not in (None, by.pk):
        raise AlreadyClaimed(handover.owner)
    if not handover.is_working:
        raise AlreadyDecided(handover)
    if handover.state == State.QUEUED:
        handover.state, handover.owner, handover.claimed_at = State.CLAIMED, by, now
        handover.has_taken_lead = take_lead(handover, by, now)


def take_lead(handover: Handover, by: User, now: datetime) -> bool:
    """Make ``by`` the lead's owner where it has none, and return whether it had none."""
    is_free = Lead.objects.filter(pk=handover.lead_id, owner=None).exists()
    if is_free:
        assign_owner(lead_id=handover.lead_id, owner=by, now=now)
    return is_free


def give_back(handover: Handover, now: datetime) -> None:
    """Put a locked handover back into its queue, and the lead with it."""
    release_lead(handover, now)
    handover.state, handover.owner = State.QUEUED, None
    handover.claimed_at = handover.accepted_at = None


def release_lead(handover: Handover, now: datetime) -> None:
    """Leave the lead without owner where this handover gave it one."""
    if handover.has_taken_lead and Lead.objects.filter(pk=handover.lead_id, owner=handover.owner_id).exists():
        assign_owner(lead_id=handover.lead_id, owner=None, now=now)
    handover.has_taken_lead = False


def store(handover: Handover, now: datetime) -> None:
    """Write a locked row back."""
    handover.changed_at = now
    handover.save(force_update=True)


def tell(
    handover: Handover, kind: Kind, by: User | None, now: datetime, payload: Mapping[str, Any] | None = None
) -> Activity:
    """Record what was done as a fact on the lead, to be judged at once, and in the audit log."""
    words = {key: ["", value] for key, value in (payload or {}).items() if value not in ("", None)}
    audit(by=by, action=kind.label, kind="handover", object_id=str(handover.pk), changes=words, now=now)
    facts = {"handover": str(handover.pk), **(payload or {})}
    return record_activity(lead_id=handover.lead_id, kind=kind, by=by, payload=facts, now=now, urgent=True)
