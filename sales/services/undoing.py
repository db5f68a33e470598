"""Taking back the last act, within ten minutes."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from leads.kinds import Kind
from leads.lifecycle import VERDICT_DELAY
from sales.errors import AlreadyClaimed, NothingToUndo
from sales.models import Handover, State
from sales.services.announcing import withdraw_act
from sales.services.holding import fact_id, give_back, locked, store, tell

UNDO_WINDOW = VERDICT_DELAY


@transaction.atomic
def undo(*, handover: Handover, by: User, now: datetime) -> Handover:
    """Take back the verdict, else the accept, else the claim of ``by``: what was, is again.

    Raises NothingToUndo when ten minutes have passed, AlreadyClaimed, MayNotSell, HandoverNotFound.
    """
    row = locked(handover, by)
    if row.owner_id not in (None, by.pk):
        raise AlreadyClaimed(row.owner)
    if not row.is_working:
        act_id, words = _take_back_verdict(row, now)
    elif row.state == State.ACCEPTED and _is_recent(row.accepted_at, now):
        act_id, words = _take_back_accept(row, now)
    elif row.state == State.CLAIMED and _is_recent(row.claimed_at, now):
        act_id, words = fact_id(row, Kind.HANDOVER_CLAIMED), "Claim"
        give_back(row, now)
    else:
        raise NothingToUndo
    store(row, now)
    tell(row, Kind.UNDONE, by, now, {"undoes": act_id, "what": words})
    withdraw_act(activity_id=act_id, now=now)
    return row


def _take_back_verdict(row: Handover, now: datetime) -> tuple[int | None, str]:
    if not row.is_open or row.is_settled(now):
        raise NothingToUndo(row.settles_at)
    act_id = row.verdict_activity_id
    words = f"{row.get_state_display()}: {row.reason_text}" if row.reason_text else row.get_state_display()
    if row.was_taken_by_verdict:
        give_back(row, now)
    else:
        row.state = State.ACCEPTED if row.accepted_at else State.CLAIMED
    row.decided_at = row.settles_at = row.verdict_activity = None
    row.reject_reason = row.lost_reason = row.amount = row.won_on = row.recycle_on = None
    row.currency = row.blocked_channel = ""
    return act_id, words


def _take_back_accept(row: Handover, now: datetime) -> tuple[int | None, str]:
    act_id = fact_id(row, Kind.HANDOVER_ACCEPTED)
    if row.claimed_at == row.accepted_at:
        give_back(row, now)
    else:
        row.state, row.accepted_at = State.CLAIMED, None
    return act_id, "Accept"


def _is_recent(at: datetime | None, now: datetime) -> bool:
    return at is not None and at + UNDO_WINDOW > now
