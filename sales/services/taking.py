"""Taking a handover: claim it, or accept it as the SQL it is said to be."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from common.failpoint import failpoint
from leads.kinds import Kind
from sales.errors import InvalidVerdict
from sales.models import Handover, State
from sales.services.announcing import announce_act
from sales.services.holding import locked, store, take, tell


@transaction.atomic
def claim(*, handover: Handover, by: User, now: datetime) -> Handover:
    """Give a queued handover to ``by``; repeated by the owner it changes nothing.

    Raises AlreadyClaimed naming the owner, AlreadyDecided, MayNotSell, HandoverNotFound.
    """
    row = locked(handover, by)
    was_queued = row.state == State.QUEUED
    take(row, by, now)
    if was_queued:
        store(row, now)
        failpoint("claim.won")
        tell(row, Kind.HANDOVER_CLAIMED, by, now)
    return row


@transaction.atomic
def accept(*, handover: Handover, by: User, now: datetime, value_key: int | None = None, note: str = "") -> Handover:
    """Confirm the lead as SQL, claiming it if needed. Repeated, it only changes value and note.

    Raises AlreadyClaimed, AlreadyDecided, InvalidVerdict, MayNotSell, HandoverNotFound.
    """
    if value_key not in (None, 1, 2, 3):
        raise InvalidVerdict("The value is 1 (low), 2 (medium) or 3 (high).")
    row = locked(handover, by)
    take(row, by, now)
    is_first = row.state != State.ACCEPTED
    is_new = (value_key is not None and value_key != row.value_key) or (note and note != row.note)
    if is_first:
        row.state, row.accepted_at = State.ACCEPTED, now
    row.value_key = value_key or row.value_key
    row.note = note or row.note
    if is_first or is_new:
        store(row, now)
        kind = Kind.HANDOVER_ACCEPTED if is_first else Kind.NOTE_ADDED
        fact = tell(row, kind, by, now, {"value_key": row.value_key, "note": note or _value_words(row, is_first)})
        if is_first:
            announce_act(handover=row, activity=fact, now=now)
    return row


def _value_words(row: Handover, is_first: bool) -> str:
    return "" if is_first else f"Value for sales: {row.value_key} of 3"
