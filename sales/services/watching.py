"""What time does to handovers: verdicts settle, and leads nobody contacts go back to the queue."""

import logging
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from common.arrays import AnyOf
from common.failpoint import failpoint
from common.halving import work_in_halves
from leads.kinds import Kind
from leads.models import Activity, Lead
from leads.services import lock_leads
from mail.models import ADDRESS
from mail.services import suppress_all
from sales.models import WORKING_STATES, ContactAttempt, Handover, State
from sales.reasons import IN_CONTACT
from sales.services.holding import release, store_moved, tell_all
from sales.services.needing import tell_late, tell_offered
from sales.services.offering import requeue

logger = logging.getLogger(__name__)

BATCH = 200


@transaction.atomic
def settle_handovers(*, now: datetime, lead_ids: Collection[UUID] | None = None) -> int:
    """Close handovers whose verdict can no longer be undone. Returns how many."""
    due = Handover.objects.filter(closed_at=None, settles_at__lte=now).order_by("settles_at")
    found = _ids(due[:BATCH] if lead_ids is None else due.filter(AnyOf("lead", lead_ids)))
    if not found:
        return 0
    return work_in_halves(found, work=lambda ids: _settle(_locked(due, ids), now), set_aside=_leave)


def _settle(rows: Collection[Handover], now: datetime) -> int:
    _block_addresses([row for row in rows if row.blocked_channel == ContactAttempt.Means.EMAIL], now)
    release([row for row in rows if row.state != State.WON and row.reject_reason != IN_CONTACT], now)
    for row in rows:
        row.closed_at, row.return_at = row.settles_at, None
    store_moved(rows, now)
    failpoint("settle.closed")
    return len(rows)


def _ids(found: QuerySet[Handover]) -> list[UUID]:
    return list(found.values_list("pk", flat=True))


def _locked(still: QuerySet[Handover], ids: Collection[UUID]) -> list[Handover]:
    """Lock the handovers, leads before them as everywhere, and return those for which ``still`` is so."""
    lock_leads(set(Handover.objects.filter(pk__in=ids).values_list("lead_id", flat=True)))
    rows = still.filter(pk__in=ids).select_related("owner", "offered_to")
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _leave(pk: UUID, error: Exception) -> None:
    """Leave one that cannot be worked on as it is: it stays due, and the System page says since when."""
    logger.error("handover %s left as it is", pk, exc_info=error)


def _block_addresses(rows: Collection[Handover], now: datetime) -> None:
    """Suppress the addresses that these verdicts were about; one that somebody corrected since is another."""
    if not rows:
        return
    decided = {row.lead_id: row.decided_at for row in rows if row.decided_at}
    emails = dict(Lead.objects.filter(AnyOf("pk", decided)).values_list("pk", "email"))
    changes = Activity.objects.filter(AnyOf("lead", decided), kind=Kind.PROFILE_CHANGED, payload__field="email")
    for change in changes.filter(recorded_at__gt=min(decided.values())).order_by("-id"):
        if change.recorded_at > decided[change.lead_id]:
            emails[change.lead_id] = change.payload["old"]
    wrong = [email for email in emails.values() if email]
    suppress_all(emails=wrong, topic=ADDRESS, reason="Sales found that this address is wrong.", now=now)


def watch_handovers(*, now: datetime) -> int:
    """Settle what is due, warn who is nearly late, and pass on leads that nobody contacted.

    A lead goes to the next once one and a half times the allowance for its first contact is over. Each commits
    by itself, so that two sets of leads are never held at once: their locks would cross with another's.
    Returns how many went back to the queue. Their first-contact clock is not reset: the lead still waits.
    """
    settle_handovers(now=now)
    tell_late(now=now)
    return _return_late(now)


@transaction.atomic
def _return_late(now: datetime) -> int:
    late = Handover.objects.filter(return_at__lte=now, closed_at=None, state__in=WORKING_STATES, first_contact_at=None)
    found = _ids(late.order_by("return_at")[:BATCH])
    if not found:
        return 0
    return work_in_halves(found, work=lambda ids: _return_all(_locked(late, ids), now), set_aside=_leave)


def _return_all(rows: Collection[Handover], now: datetime) -> int:
    past = {row: row.owner or row.offered_to for row in rows}
    requeue(past, now=now)
    for row in rows:
        row.returned_count += 1
    store_moved(rows, now)
    names = {user.pk: str(user) for user in User.objects.filter(pk__in={row.offered_to_id for row in rows})}
    told = {
        row: {
            "from": str(past[row] or ""),
            "to": names.get(row.offered_to_id or 0, ""),
            "returned_count": row.returned_count,
        }
        for row in rows
    }
    tell_all(told, Kind.HANDOVER_RETURNED, None, now)
    tell_offered(rows, now)
    return len(rows)
