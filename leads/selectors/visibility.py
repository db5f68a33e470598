"""Who sees which leads: the one place that decides."""

from django.db.models import Q, QuerySet

from accounts.models import Scope, User
from leads.models import Lead


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
