"""The queue of leads to be looked at. A mark is taken in the transaction that writes the judgement."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from common.arrays import AnyOf
from leads.models import Mark

PUT_OFF_MINUTES = (1, 5, 30, 120, 720)


def due_marks(*, lead_ids: Collection[UUID], now: datetime) -> list[Mark]:
    """Lock and return the due marks of these leads, skipping those of leads that somebody else holds.

    The lead is locked before its mark, and nobody waits for either: a worker that held marks while it waited for
    their leads would meet in a circle with whoever holds such a lead and sets its next time mark.
    """
    marks = Mark.objects.select_related("lead").only("lead__id", *(f.name for f in Mark._meta.concrete_fields))
    locked = marks.select_for_update(skip_locked=True, no_key=True, of=("lead", "self"))
    return list(locked.filter(AnyOf("lead", lead_ids), due_at__lte=now))


def take_marks(*, marks: Collection[Mark]) -> None:
    """Delete exactly the marks that were looked at; one added meanwhile stays."""
    Mark.objects.filter(AnyOf("pk", [mark.pk for mark in marks])).delete()


def put_off(*, marks: Collection[Mark], error: str, now: datetime) -> None:
    """Keep marks whose lead could not be judged, with the error, for later: 1 min, 5 min ... 12 h."""
    for mark in marks:
        wait = PUT_OFF_MINUTES[min(mark.attempts, len(PUT_OFF_MINUTES) - 1)]
        Mark.objects.filter(pk=mark.pk).update(
            due_at=now + timedelta(minutes=wait), attempts=mark.attempts + 1, error=error[:500], urgent=False
        )
