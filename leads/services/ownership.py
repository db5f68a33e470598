"""Who of sales may see and owns a lead."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from accounts.models import Team, User
from common.arrays import AnyOf
from leads.models import Lead


def assign_team(*, lead_ids: Collection[UUID], team: Team | None) -> int:
    """Offer leads to a team, which lets its people see them. Returns how many had another team."""
    return Lead.objects.filter(pk__in=lead_ids).exclude(team=team).update(team=team) if team else 0


def assign_owner(*, lead_id: UUID, owner: User | None, now: datetime) -> None:
    """Make ``owner`` the lead's owner (None: nobody)."""
    Lead.objects.filter(pk=lead_id).update(owner=owner, updated_at=now)


def pass_on_leads(*, owner: User, to: User | None, lead_ids: Collection[UUID], now: datetime) -> int:
    """Give those of these leads that one person owns to another (None: to nobody). Returns how many there were."""
    return Lead.objects.filter(AnyOf("pk", lead_ids), owner=owner).update(owner=to, updated_at=now)
