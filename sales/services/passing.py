"""Handing on what somebody holds who leaves, or may not hold it any more."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from common.arrays import AnyOf
from leads.kinds import Kind
from sales.models import Handover, State
from sales.selectors.access import held_handovers
from sales.services.holding import store_moved, tell_all
from sales.services.needing import tell_offered
from sales.services.offering import requeue


@transaction.atomic
def pass_on_handovers(
    *, person: User, to: User | None, lead_ids: Collection[UUID], why: str, by: User, now: datetime
) -> int:
    """Give the open handovers of ``person`` to ``to``, or back to the queue. Returns how many there were.

    Of these leads only, which the caller has locked: what came since is not waited for out of order.
    The clocks go on: the leads have waited. What ``person`` has decided is untouched.
    """
    held = held_handovers(person).filter(AnyOf("lead", lead_ids))
    rows = list(held.select_for_update(of=("self",)).order_by("pk"))
    if to is None:
        requeue(dict.fromkeys(rows, person), now=now)
    else:
        for row in rows:
            _to_person(row, to, person, now)
    store_moved(rows, now)
    note = {"note": f"{person} {why}. Goes to {to or 'the queue'}."}
    tell_all(dict.fromkeys(rows, note), Kind.NOTE_ADDED, by, now)
    tell_offered(rows, now)
    return len(rows)


def _to_person(row: Handover, to: User, person: User, now: datetime) -> None:
    if row.state == State.QUEUED:
        row.offered_to, row.offered_at, row.offer_reason = to, now, f"passed on from {person}"[:160]
    else:
        row.owner = to
    row.team = to.team or row.team
