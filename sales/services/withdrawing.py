"""Taking handovers out of the queue whose cause, a stage that a person had set, was undone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from leads.kinds import Kind
from leads.models import Activity
from leads.services import lock_leads
from sales.models import Handover, HandoverCause, State
from sales.selectors.last_acts import fact_id
from sales.services.holding import tell


@dataclass(frozen=True)
class Withdrawn:
    """How many handovers are gone, and those that stay because sales works on them."""

    count: int
    kept: tuple[Handover, ...]

    @property
    def words(self) -> str:
        """What to add to the answer; nothing where no handover stays."""
        if len(self.kept) > 1:
            return f" {len(self.kept)} handovers stay: sales has claimed them."
        return "".join(f" Its handover stays: {row.owner or 'sales'} works on it." for row in self.kept)


@transaction.atomic
def withdraw_handovers(*, act_ids: Collection[int], by: User, now: datetime) -> Withdrawn:
    """Remove the handovers that undone acts on a stage had opened, where nobody has claimed or contacted yet.

    The pipeline opens another where the lead had also asked for sales: that is a cause of its own.
    """
    leads = Activity.objects.filter(pk__in=act_ids).values("lead")
    opened = Handover.objects.filter(lead__in=leads, transition__activity__in=act_ids, closed_at=None)
    opened = opened.filter(cause_kind=HandoverCause.TRANSITION)
    lock_leads(set(opened.values_list("lead_id", flat=True)))
    rows = list(opened.select_related("owner").select_for_update(of=("self",)).order_by("pk"))
    kept = tuple(row for row in rows if row.state != State.QUEUED or row.first_contact_at or row.attempts.exists())
    free = [row for row in rows if row not in kept]
    for row in free:
        undone = {"undoes": fact_id(row, Kind.HANDOVER_OPENED), "what": "Handed over to sales"}
        tell(row, Kind.UNDONE, by, now, undone)
        row.delete()
    return Withdrawn(len(free), kept)
