"""Which act on a handover is the last, and so the one that can be taken back."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.models import User
from leads.kinds import Kind
from leads.models import Activity
from leads.verdicts import VERDICT_DELAY
from sales.models import ContactAttempt, Handover, State


def fact_id(handover: Handover, kind: Kind) -> int | None:
    """Return the newest fact of a kind about a handover."""
    facts = Activity.objects.filter(lead=handover.lead_id, kind=kind, payload__handover=str(handover.pk))
    return facts.order_by("-id").values_list("pk", flat=True).first()


def last_act_id(handover: Handover) -> int | None:
    """Return the fact of the verdict, else of the accept, else of the claim."""
    if not handover.is_working:
        return handover.verdict_activity_id
    return fact_id(handover, Kind.HANDOVER_ACCEPTED if handover.state == State.ACCEPTED else Kind.HANDOVER_CLAIMED)


def undo_address(handover_id: UUID, act_id: int | None) -> str:
    """Return where to post to take back this act, and no other."""
    address = reverse("sales:undo", args=[handover_id])
    return f"{address}?act_id={act_id}" if act_id else address


def undoable_ids(handover_ids: Collection[UUID], by: User, *, now: datetime) -> set[UUID]:
    """Return those handovers whose last act ``by`` can take back now: what would be refused is not to be offered."""
    if not handover_ids:
        return set()
    contacts = ContactAttempt.objects.filter(handover=OuterRef("pk"), at__gte=OuterRef("claimed_at"))
    rows = Handover.objects.filter(pk__in=handover_ids, owner=by).annotate(is_spoken_with=Exists(contacts))
    return {row.pk for row in rows if can_take_back(row, now=now, is_spoken_with=row.is_spoken_with)}


def can_take_back(handover: Handover, *, now: datetime, is_spoken_with: bool) -> bool:
    """Whether the last act can be undone: within ten minutes, and no lead that was spoken with goes back to the queue.

    ``is_spoken_with``: a contact was logged since the claim.
    """
    if not handover.is_working:
        return handover.is_open and not handover.is_settled(now)
    last = handover.accepted_at or handover.claimed_at
    is_recent = last is not None and last + VERDICT_DELAY > now
    return is_recent and not (is_spoken_with and handover.was_taken_by_last_act)
