"""Which act on a handover is the last, and so the one that can be taken back."""

from uuid import UUID

from django.urls import reverse

from leads.kinds import Kind
from leads.models import Activity
from sales.models import Handover, State


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
