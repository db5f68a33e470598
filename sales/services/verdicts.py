"""Verdicts and outcomes: facts at once, consequences ten minutes later."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from common.failpoint import failpoint
from common.models import Installation
from leads.kinds import Kind
from leads.models import Lead
from leads.verdicts import VERDICT_DELAY
from sales.errors import InvalidVerdict
from sales.models import ContactAttempt, Handover, State
from sales.reasons import IN_CONTACT, LOST_REASONS, REJECT_REASONS, WRONG_DATA, recycle_date
from sales.selectors.hours import business_hours
from sales.services.announcing import announce_act
from sales.services.holding import locked, store, take, tell

MOST = Decimal("999999999999.99")


@transaction.atomic
def reject(
    *, handover: Handover, reason: int, by: User, now: datetime, note: str = "", recycle_on: date | None = None
) -> Handover:
    """Say no with a reason 1 to 8; the lead takes that reason's path in ten minutes.

    Raises InvalidVerdict, AlreadyClaimed, AlreadyDecided, MayNotSell, HandoverNotFound.
    """
    if reason not in REJECT_REASONS:
        raise InvalidVerdict(f"The reason is a number from 1 to {len(REJECT_REASONS)}.")
    why = REJECT_REASONS[reason]
    row = locked(handover, by)
    if _is_repeat(row, by, State.REJECTED, reject_reason=reason):
        return row
    take(row, by, now)
    row.reject_reason = reason
    row.recycle_on = _not_past(recycle_on, now) or recycle_date(why, today=_today(now))
    row.blocked_channel = _wrong_channel(row) if reason == WRONG_DATA else ""
    words = {"reason": reason, "reason_text": why.text, "reason_kind": why.kind, "note": note}
    _decide(
        row, State.REJECTED, Kind.HANDOVER_REJECTED, by=by, now=now, words={**words, "channel": row.blocked_channel}
    )
    if reason == IN_CONTACT:
        _ask_owner(row, by, now)
    return row


@transaction.atomic
def win(
    *,
    handover: Handover,
    by: User,
    now: datetime,
    amount: Decimal | None = None,
    currency: str = "",
    won_on: date | None = None,
    note: str = "",
) -> Handover:
    """Report a customer, with what they are worth and the month. Raises as ``reject`` does."""
    if amount is not None and not 0 <= amount <= MOST:
        raise InvalidVerdict("The amount is zero or more, and below a trillion.")
    row = locked(handover, by)
    if _is_repeat(row, by, State.WON, amount=amount):
        return row
    take(row, by, now)
    row.amount = amount
    row.currency = (currency or Installation.current().currency).upper() if amount is not None else ""
    row.won_on = (won_on or _today(now)).replace(day=1)
    words = {"amount": None if amount is None else f"{amount:.2f}", "currency": row.currency, "note": note}
    _decide(row, State.WON, Kind.OUTCOME_WON, by=by, now=now, words={**words, "won_on": row.won_on.isoformat()})
    return row


@transaction.atomic
def lose(*, handover: Handover, reason: int, by: User, now: datetime, note: str = "") -> Handover:
    """Report a lead that will not buy now, with a reason 1 to 7. Raises as ``reject`` does."""
    if reason not in LOST_REASONS:
        raise InvalidVerdict(f"The reason is a number from 1 to {len(LOST_REASONS)}.")
    row = locked(handover, by)
    if _is_repeat(row, by, State.LOST, lost_reason=reason):
        return row
    take(row, by, now)
    row.lost_reason = reason
    words = {"reason": reason, "reason_text": LOST_REASONS[reason].text, "note": note}
    _decide(row, State.LOST, Kind.OUTCOME_LOST, by=by, now=now, words=words)
    return row


@transaction.atomic
def recycle(*, handover: Handover, until: date, by: User, now: datetime, note: str = "") -> Handover:
    """Send the lead back to nurture until a day to come. Raises as ``reject`` does."""
    _not_past(until, now)
    row = locked(handover, by)
    if _is_repeat(row, by, State.RECYCLED, recycle_on=until):
        return row
    take(row, by, now)
    row.recycle_on = until
    _decide(row, State.RECYCLED, Kind.HANDOVER_RECYCLED, by=by, now=now, words={"note": note})
    return row


def _is_repeat(row: Handover, by: User, state: State, **same: Any) -> bool:
    """Whether the same person has given the same verdict already."""
    is_same = row.state == state and row.owner_id == by.pk
    return is_same and all(getattr(row, name) == value for name, value in same.items())


def _decide(row: Handover, state: State, kind: Kind, *, by: User, now: datetime, words: dict[str, Any]) -> None:
    row.state, row.decided_at, row.settles_at = state, now, now + VERDICT_DELAY
    row.earlier_note, row.note = row.note, words["note"] or row.note
    payload = {**words, "effective_at": row.settles_at.isoformat()}
    if row.recycle_on:
        payload["recycle_on"] = row.recycle_on.isoformat()
    row.verdict_activity = fact = tell(row, kind, by, now, payload)
    failpoint("verdict.told")
    store(row, now)
    announce_act(handover=row, activity=fact, now=now)


def _today(now: datetime) -> date:
    return now.astimezone(business_hours().zone).date()


def _not_past(day: date | None, now: datetime) -> date | None:
    if day is not None and day <= _today(now):
        raise InvalidVerdict("The day to come back is in the past. Choose a later one.")
    return day


def _wrong_channel(row: Handover) -> str:
    """The channel a logged attempt found wrong, else the e-mail address, else the phone."""
    failed = row.attempts.filter(result=ContactAttempt.Result.WRONG_DATA).order_by("-at").first()
    if failed is not None:
        return failed.means
    has_email = Lead.objects.filter(pk=row.lead_id, email_key__isnull=False).exists()
    return ContactAttempt.Means.EMAIL if has_email else ContactAttempt.Means.PHONE


def _ask_owner(row: Handover, by: User, now: datetime) -> None:
    lead = Lead.objects.select_related("owner").get(pk=row.lead_id)
    asked = lead.owner if lead.owner and lead.owner != by else None
    text = f"{by} says sales is already in contact. {asked or 'The owner of the lead'}, is this your conversation?"
    tell(row, Kind.NOTE_ADDED, by, now, {"note": text})
