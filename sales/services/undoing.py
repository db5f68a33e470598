"""Taking back the last act, within ten minutes."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from leads.kinds import Kind
from leads.models import Activity
from leads.verdicts import VERDICT_DELAY
from sales.errors import AlreadyClaimed, NothingToUndo
from sales.models import Handover, State
from sales.selectors.last_acts import last_act_id
from sales.services.announcing import withdraw_act
from sales.services.holding import give_back, locked, store, tell

UNDO_WINDOW = VERDICT_DELAY


@transaction.atomic
def undo(*, handover: Handover, by: User, now: datetime, act_id: int | None = None) -> Handover:
    """Take back the verdict, else the accept, else the claim of ``by``: what was, is again.

    ``act_id`` names the fact of the act that is meant: where it is not the last one nothing is taken back, and asking
    twice changes nothing. Raises NothingToUndo when ten minutes have passed or something came later, AlreadyClaimed,
    MayNotSell, HandoverNotFound.
    """
    row = locked(handover, by)
    if act_id is not None and _is_undone(row, act_id):
        return row
    if row.owner_id not in (None, by.pk):
        raise AlreadyClaimed(row.owner)
    last_id = last_act_id(row)
    if act_id not in (None, last_id):
        raise NothingToUndo(later="Another act on this handover")
    words = _take_back(row, now)
    store(row, now)
    tell(row, Kind.UNDONE, by, now, {"undoes": last_id, "what": words})
    withdraw_act(activity_id=last_id, now=now)
    return row


def _is_undone(row: Handover, act_id: int) -> bool:
    return Activity.objects.filter(lead=row.lead_id, kind=Kind.UNDONE, payload__undoes=act_id).exists()


def _take_back(row: Handover, now: datetime) -> str:
    """Make the row what it was before the last act, and say which that was."""
    if not row.is_working:
        return _take_back_verdict(row, now)
    if row.state == State.ACCEPTED and _is_recent(row.accepted_at, now):
        return _take_back_accept(row, now)
    if row.state == State.CLAIMED and _is_recent(row.claimed_at, now):
        _leave(row, now)
        return "Claim"
    raise NothingToUndo


def _take_back_verdict(row: Handover, now: datetime) -> str:
    if not row.is_open or row.is_settled(now):
        raise NothingToUndo(row.settles_at)
    words = f"{row.get_state_display()}: {row.reason_text}" if row.reason_text else row.get_state_display()
    if row.was_taken_by_verdict:
        give_back([row], now)
    else:
        row.state = State.ACCEPTED if row.accepted_at else State.CLAIMED
    row.decided_at = row.settles_at = row.verdict_activity = None
    row.reject_reason = row.lost_reason = row.amount = row.won_on = row.recycle_on = None
    row.currency = row.blocked_channel = ""
    row.note, row.earlier_note = row.earlier_note, ""
    return words


def _take_back_accept(row: Handover, now: datetime) -> str:
    if row.was_taken_by_last_act:
        _leave(row, now)
    else:
        row.state, row.accepted_at = State.CLAIMED, None
    return "Accept"


def _leave(row: Handover, now: datetime) -> None:
    """Give it back to the queue, unless the lead was spoken with: no clock would call for the next contact."""
    if row.attempts.filter(at__gte=row.claimed_at).exists():
        raise NothingToUndo(later="A contact with the lead")
    give_back([row], now)


def _is_recent(at: datetime | None, now: datetime) -> bool:
    return at is not None and at + UNDO_WINDOW > now
