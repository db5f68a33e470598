"""Who is offered a handover: the lead's owner, else the next rep of the team, else the team's queue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Role, Team, User
from accounts.permissions import can_sell
from accounts.selectors import sellers
from leads.models import Lead
from sales.models import WORKING_STATES, Handover, State
from sales.routing import NEVER, Line, Seat
from sales.selectors.hours import business_hours
from sales.services.holding import give_back
from sales.sla import RETURN_SHARE, first_contact_allowance


@dataclass(frozen=True)
class Routed:
    """A team, the one of its people it is offered to (None: the team's queue), and why."""

    team: Team | None
    user_id: int | None = None
    reason: str = ""


class Desk:
    """Gives out turns; reads each team's line once, however many handovers it places."""

    def __init__(self) -> None:
        self._lines: dict[int | None, Line] = {}
        self._default: Team | None = None
        self._has_default = False

    def route(self, *, lead: Lead, now: datetime, except_id: int | None = None) -> Routed:
        """Return to whom a lead goes; ``except_id`` is the one who let the last offer pass."""
        owner = lead.owner
        if owner is not None and can_sell(owner) and owner.pk != except_id:
            return Routed(owner.team or lead.team, owner.pk, "this is your lead")
        team = lead.team or self._default_team()
        turn = self._line(team).next(now=now, except_id=except_id)
        return Routed(team, *turn) if turn else Routed(team)

    def _default_team(self) -> Team | None:
        if not self._has_default:
            self._default, self._has_default = Team.objects.order_by("pk").first(), True
        return self._default

    def _line(self, team: Team | None) -> Line:
        key = team.pk if team else None
        if key not in self._lines:
            self._lines[key] = Line.of(_seats(team))
        return self._lines[key]


def requeue(past: Mapping[Handover, User | None], *, now: datetime) -> None:
    """Put locked handovers back into their queues, and offer each to the next who is not its ``past``.

    The clocks go on. The leads are read once nobody holds them any more.
    """
    give_back([row for row in past if row.state != State.QUEUED], now)
    hours, desk = business_hours(), Desk()
    leads = Lead.objects.select_related("owner", "team").in_bulk([row.lead_id for row in past])
    for row, person in past.items():
        routed = desk.route(lead=leads[row.lead_id], now=now, except_id=person.pk if person else None)
        row.offered_to_id, row.offer_reason = routed.user_id, routed.reason
        row.offered_at = now if routed.user_id else None
        allowance = first_contact_allowance(is_hot=row.is_hot)
        row.return_at = hours.add(now, allowance * RETURN_SHARE) if routed.user_id else None


def _seats(team: Team | None) -> list[Seat]:
    newest = Handover.objects.filter(offered_to=OuterRef("pk"), offered_at__isnull=False).order_by("-offered_at")
    reps = sellers(team).filter(role=Role.REP).annotate(last=Subquery(newest.values("offered_at")[:1]))
    times = dict(reps.values_list("pk", "last"))
    open_counts = dict(
        Handover.objects.filter(closed_at=None, state__in=WORKING_STATES)
        .annotate(holder=Coalesce("owner_id", "offered_to_id"))
        .filter(holder__in=times)
        .values("holder")
        .annotate(count=Count("pk"))
        .values_list("holder", "count")
    )
    return [Seat(open_counts.get(pk, 0), last or NEVER, pk) for pk, last in times.items()]
