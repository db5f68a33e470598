"""What every act on a handover begins and ends with: the locked row, the person's right to it, the record."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from accounts.models import Need, User
from accounts.permissions import can_sell
from accounts.services import audit_all, lock_person, settle_notifications
from leads.kinds import VERDICT_KINDS, Kind
from leads.models import Activity, Lead
from leads.services import NewActivity, assign_owner, lock_leads, record_activities, release_leads
from sales.errors import AlreadyClaimed, AlreadyDecided, HandoverNotFound, MayNotSell
from sales.models import Handover, State

MOVED = (
    "state",
    "owner",
    "team",
    "claimed_at",
    "accepted_at",
    "has_taken_lead",
    "offered_to",
    "offered_at",
    "offer_reason",
    "return_at",
    "returned_count",
    "closed_at",
    "changed_at",
)
TAKES = (Kind.HANDOVER_CLAIMED, Kind.HANDOVER_ACCEPTED)
# What the bell said is done with once the lead is taken, and that it is late once there was a contact or a verdict.
ANSWERS = (*TAKES, Kind.CONTACT_LOGGED, *VERDICT_KINDS)


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
        assign_owner(lead_ids=[handover.lead_id], owner=by, now=now)
    return is_free


def give_back(handovers: Collection[Handover], now: datetime) -> None:
    """Put locked handovers back into their queues, and the leads with them."""
    release(handovers, now)
    for handover in handovers:
        handover.state, handover.owner = State.QUEUED, None
        handover.claimed_at = handover.accepted_at = None


def release(handovers: Collection[Handover], now: datetime) -> None:
    """Leave the leads without owner to which these handovers gave one."""
    owners = {handover.lead_id: handover.owner_id for handover in handovers if handover.has_taken_lead}
    if owners:
        release_leads(owners=owners, now=now)
    for handover in handovers:
        handover.has_taken_lead = False


def store(handover: Handover, now: datetime) -> None:
    """Write a locked row back."""
    handover.changed_at = now
    handover.save(force_update=True)


def store_moved(handovers: Collection[Handover], now: datetime) -> None:
    """Write back, in one statement, what moving locked rows between people, queues and the past can change."""
    for handover in handovers:
        handover.changed_at = now
    Handover.objects.bulk_update(handovers, MOVED)


def tell(
    handover: Handover, kind: Kind, by: User | None, now: datetime, payload: Mapping[str, Any] | None = None
) -> Activity:
    """Record what was done as a fact on the lead, to be judged at once, and in the audit log."""
    return tell_all({handover: payload or {}}, kind, by, now)[0]


def tell_all(told: Mapping[Handover, Mapping[str, Any]], kind: Kind, by: User | None, now: datetime) -> list[Activity]:
    """Tell what was done with each of these handovers, as ``tell`` does, in a fixed number of statements."""
    changes = {str(handover.pk): _words(payload) for handover, payload in told.items()}
    audit_all(by=by, action=kind.label, kind="handover", changes=changes, now=now)
    if kind in ANSWERS:
        needs = [Need.HANDOVER] if kind in TAKES else [Need.HANDOVER, Need.LATE]
        settle_notifications(about=changes.keys(), kinds=needs, now=now)
    facts = [NewActivity(row.lead_id, kind, {"handover": str(row.pk), **payload}) for row, payload in told.items()]
    return record_activities(facts=facts, by=by, now=now, urgent=True)


def _words(payload: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {key: ["", value] for key, value in payload.items() if value not in ("", None)}
