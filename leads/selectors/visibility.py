"""Who sees which leads: the one place that decides."""

from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Scope, User
from leads.models import Lead


def colleague_with(user: User, lead_id: UUID) -> User | None:
    """Return who of the person's own team works with a lead that is not shown to them; None for any other lead."""
    if not user.team_id:
        return None
    owned = Lead.objects.filter(pk=lead_id, team_id=user.team_id, owner__team_id=user.team_id).select_related("owner")
    lead = owned.exclude(owner=user).first()
    return lead.owner if lead else None


def visible_leads(user: User) -> QuerySet[Lead]:
    """Return the leads this person may see.

    All; or those of their team; or their own and what the team's queue offers to everybody in it.
    """
    if user.scope == Scope.ALL:
        return Lead.objects.all()
    in_team = Q(team_id=user.team_id) if user.team_id else Q(pk__in=[])
    if user.scope == Scope.TEAM:
        of_members = Q(owner__team_id=user.team_id) if user.team_id else Q(owner=user)
        return Lead.objects.filter(in_team | of_members | Q(owner=user))
    return Lead.objects.filter(Q(owner=user) | (in_team & Q(owner=None)))
