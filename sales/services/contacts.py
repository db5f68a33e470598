"""Attempts to reach the lead, and notes."""

from datetime import datetime

from django.db import transaction

from accounts.models import Scope, User
from leads.kinds import Kind
from sales.errors import AlreadyClaimed, InvalidVerdict
from sales.models import ContactAttempt, Handover
from sales.services.holding import locked, store, take, tell


@transaction.atomic
def log_contact(
    *,
    handover: Handover,
    result: str,
    by: User,
    now: datetime,
    note: str = "",
    means: str = ContactAttempt.Means.PHONE,
    value_key: int | None = None,
) -> ContactAttempt:
    """Keep an attempt to reach the lead, claiming it if needed; the first stops the first-contact clock.

    Raises AlreadyClaimed, AlreadyDecided, InvalidVerdict, MayNotSell, HandoverNotFound.
    """
    _check(result, means, value_key)
    row = locked(handover, by)
    take(row, by, now)
    row.first_contact_at = row.first_contact_at or now
    row.return_at = None
    row.value_key = value_key or row.value_key
    store(row, now)
    payload = {"result": result, "note": note, "means": means, "value_key": value_key}
    fact = tell(row, Kind.CONTACT_LOGGED, by, now, payload)
    return ContactAttempt.objects.create(
        handover=row, by=by, at=now, result=result, note=note, means=means, activity=fact
    )


def _check(result: str, means: str, value_key: int | None) -> None:
    if result not in ContactAttempt.Result.values:
        raise InvalidVerdict(f"The result is one of {', '.join(ContactAttempt.Result.values)}.")
    if means not in ContactAttempt.Means.values:
        raise InvalidVerdict("The contact was by phone or by email.")
    if value_key not in (None, 1, 2, 3):
        raise InvalidVerdict("The value is 1 (low), 2 (medium) or 3 (high).")


@transaction.atomic
def add_note(*, handover: Handover, text: str, by: User, now: datetime) -> Handover:
    """Keep a note, also after the verdict; who sees only their own leads notes on none of a colleague's.

    Raises AlreadyClaimed, MayNotSell, HandoverNotFound, InvalidVerdict.
    """
    if not text.strip():
        raise InvalidVerdict("The note is empty. Write a sentence.")
    row = locked(handover, by)
    if by.scope == Scope.OWN and row.owner_id not in (None, by.pk):
        raise AlreadyClaimed(row.owner)
    row.note = text.strip()
    if not row.is_working:
        row.earlier_note = row.note  # it is about the lead, not about the verdict, and outlives its undo
    store(row, now)
    tell(row, Kind.NOTE_ADDED, by, now, {"note": row.note})
    return row
