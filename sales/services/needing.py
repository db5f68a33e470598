"""Telling people behind the bell that a lead waits for them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.models import Need
from accounts.services import Note, notify
from sales.models import WORKING_STATES, Handover
from sales.sla import WARN_SHARE, first_contact_allowance


def tell_offered(handovers: Iterable[Handover], now: datetime) -> None:
    """Tell those to whom these handovers are offered or given; each offer once."""
    notes = []
    for row in handovers:
        person_id = row.owner_id or row.offered_to_id
        if person_id:
            key = f"handover:{row.pk}:{row.returned_count}:{person_id}"
            notes.append(Note(person_id, Need.HANDOVER, str(row.pk), key, row.cause))
    if notes:
        notify(notes=notes, now=now)


def tell_late(*, now: datetime) -> int:
    """Tell who holds a lead that the last quarter of the time for its first contact has begun. Returns how many."""
    notes = []
    for is_hot in (True, False):
        last_part = first_contact_allowance(is_hot=is_hot) * (1 - WARN_SHARE)
        for row in _due_within(now, last_part).filter(is_hot=is_hot):
            person_id = row.owner_id or row.offered_to_id
            if person_id:
                notes.append(Note(person_id, Need.LATE, str(row.pk), f"late:{row.pk}:{row.returned_count}"))
    return notify(notes=notes, now=now) if notes else 0


def _due_within(now: datetime, span: timedelta) -> QuerySet[Handover]:
    waiting = Handover.objects.filter(closed_at=None, state__in=WORKING_STATES, first_contact_at=None)
    return waiting.filter(first_contact_due_at__gt=now, first_contact_due_at__lte=now + span)
