"""Who sees which handovers: the one place that decides."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Scope, User
from common.arrays import AnyOf
from sales.errors import HandoverNotFound
from sales.models import Handover, State

SHOWN = ("lead__state", "lead__owner", "owner", "offered_to", "team")


def visible_handovers(user: User) -> QuerySet[Handover]:
    """Return what this person may list: all; or their team's; or their own and their team's queue."""
    if user.scope == Scope.ALL:
        return Handover.objects.all()
    in_team = Q(team=user.team_id)
    if user.scope == Scope.TEAM:
        return Handover.objects.filter(in_team | Q(owner=user) | Q(offered_to=user))
    return Handover.objects.filter(
        Q(owner=user) | Q(offered_to=user, state=State.QUEUED) | (in_team & Q(state=State.QUEUED))
    )


def claimants(lead_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return who of sales has claimed each of these leads, where somebody has."""
    held = Handover.objects.filter(AnyOf("lead", lead_ids), closed_at=None, owner__isnull=False)
    return dict(held.values_list("lead_id", "owner_id"))


def handover_for(user: User, handover_id: UUID) -> Handover:
    """Return one handover with all a page shows of it.

    A colleague's handover of the same team is found, so that acting on it can name the colleague;
    another team's raises HandoverNotFound.
    """
    rows = Handover.objects.select_related(*SHOWN)
    if user.scope != Scope.ALL:
        rows = rows.filter(Q(team=user.team_id) | Q(owner=user) | Q(offered_to=user, state=State.QUEUED))
    handover = rows.filter(pk=handover_id).first()
    if handover is None:
        raise HandoverNotFound
    return handover


def held_handovers(person: User) -> QuerySet[Handover]:
    """Open handovers that wait for this person: theirs, and those offered to them."""
    theirs = Q(owner=person, state__in=[State.CLAIMED, State.ACCEPTED])
    return Handover.objects.filter(theirs | Q(offered_to=person, state=State.QUEUED), closed_at=None)
