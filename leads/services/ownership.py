"""Who of sales may see and owns a lead."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from accounts.models import Scope, Team, User
from common.arrays import AnyOf
from leads.models import Lead


def assign_team(*, lead_ids: Collection[UUID], team: Team | None) -> int:
    """Offer leads to a team, which lets its people see them. Returns how many had another team."""
    return Lead.objects.filter(pk__in=lead_ids).exclude(team=team).update(team=team) if team else 0


def assign_owner(*, lead_ids: Collection[UUID], owner: User | None, now: datetime) -> None:
    """Make ``owner`` the owner of these leads (None: nobody)."""
    Lead.objects.filter(AnyOf("pk", lead_ids)).update(owner=owner, updated_at=now)


def give_to_finder(*, lead_ids: Collection[UUID], by: User, now: datetime) -> None:
    """Let new leads be seen by who entered them: of somebody who sees some leads only, their team's or their own."""
    if by.scope == Scope.ALL or not lead_ids:
        return
    if by.team_id:
        assign_team(lead_ids=lead_ids, team=by.team)
    else:
        assign_owner(lead_ids=lead_ids, owner=by, now=now)


def release_leads(*, owners: Mapping[UUID, int | None], now: datetime) -> None:
    """Leave locked leads without owner where they still belong to who is named for each."""
    present = Lead.objects.filter(AnyOf("pk", owners), owner__isnull=False).values_list("pk", "owner_id")
    theirs = [pk for pk, owner_id in present if owner_id == owners[pk]]
    if theirs:
        assign_owner(lead_ids=theirs, owner=None, now=now)


def pass_on_leads(*, owner: User, to: User | None, lead_ids: Collection[UUID], now: datetime) -> int:
    """Give those of these leads that one person owns to another (None: to nobody). Returns how many there were."""
    return Lead.objects.filter(AnyOf("pk", lead_ids), owner=owner).update(owner=to, updated_at=now)
