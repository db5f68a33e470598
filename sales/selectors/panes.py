"""What is shown of one handover: the brief with its acts, and the panel on the lead's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from accounts.permissions import can_sell
from common.clock import now as present
from leads.models import Lead
from sales.brief import Brief
from sales.idle import idle_keys
from sales.models import ContactAttempt, Handover, State
from sales.selectors.access import visible_handovers
from sales.selectors.briefs import brief_of, lead_url
from sales.selectors.hours import business_hours
from sales.selectors.inbox import clock_of
from sales.selectors.last_acts import can_take_back
from sales.sla import Clock

ATTEMPTS = 5


@dataclass(frozen=True)
class Pane:
    """One handover with its brief, its clock, and what this person may do with it."""

    handover: Handover
    brief: Brief
    clock: Clock
    lead_url: str
    attempts: tuple[ContactAttempt, ...]
    can_act: bool
    can_undo: bool
    taken_by: str = ""
    taken_at: datetime | None = None

    @property
    def can_claim(self) -> bool:
        return self.can_act and self.handover.state == State.QUEUED

    @property
    def can_accept(self) -> bool:
        return self.can_act and self.handover.state in (State.QUEUED, State.CLAIMED)

    @property
    def can_rate(self) -> bool:
        return self.can_act and self.handover.state == State.ACCEPTED

    @property
    def idle_keys(self) -> Mapping[str, str]:
        """Why the keys of the acts that are not offered do nothing, for who presses them."""
        return idle_keys(self.handover, taken_by=self.taken_by, may_act=self.can_act, can_undo=self.can_undo)

    @property
    def is_read_only(self) -> bool:
        """Whether this person's role lets them look only."""
        return not (self.can_act or self.can_undo or self.taken_by) and self.handover.is_working


@dataclass(frozen=True)
class LeadPanel:
    """The handovers of one lead; ``current`` is the open one."""

    lead: Lead
    handovers: tuple[Handover, ...]
    current: Handover | None
    clock: Clock | None


def pane_of(handover: Handover, user: User, *, now: datetime) -> Pane:
    """Return what the inbox shows beside its list."""
    hours = business_hours()
    is_mine = handover.owner_id == user.pk
    is_taken = handover.owner_id is not None and not is_mine
    may = can_sell(user)
    return Pane(
        handover=handover,
        brief=brief_of(handover, now=now, hours=hours),
        clock=clock_of(handover, now=now, hours=hours),
        lead_url=lead_url(handover.lead_id),
        attempts=tuple(handover.attempts.select_related("by").order_by("-at")[:ATTEMPTS]),
        can_act=may and handover.is_working and not is_taken,
        can_undo=may and is_mine and not handover.is_working and can_take_back(handover, now=now, is_spoken_with=False),
        taken_by=str(handover.owner) if is_taken else "",
        taken_at=(handover.decided_at or handover.accepted_at or handover.claimed_at) if is_taken else None,
    )


def lead_panel(user: User, lead: Lead, *, now: datetime | None = None) -> LeadPanel:
    """Return what the lead's page shows of sales: all handovers this person may see, newest first."""
    rows = visible_handovers(user) if not can_sell(user) else Handover.objects.all()
    handovers = tuple(
        rows.filter(lead=lead).select_related("owner", "offered_to", "team").order_by("-opened_at", "-id")
    )
    current = next((handover for handover in handovers if handover.is_open), None)
    clock = clock_of(current, now=now or present(), hours=business_hours()) if current else None
    return LeadPanel(lead, handovers, current, clock)
