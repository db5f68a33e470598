"""The list of leads: search, filters, keyset pages."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from common.pages import Page, keyset_page
from leads.kinds import Stage, Temperature
from leads.models import Lead
from leads.selectors.visibility import visible_leads

NEWEST_FIRST = ("-created_at", "-id")
COUNT_LIMIT = 10_000
SEARCHED = ("email", "first_name", "last_name", "company", "phone")


@dataclass(frozen=True)
class LeadFilter:
    """What a list is narrowed to; empty values narrow nothing."""

    q: str = ""
    stages: tuple[str, ...] = ()
    temperatures: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    channel: str = ""
    source_id: int | None = None
    owner: str = ""
    ids: tuple[UUID, ...] | None = None


def lead_list(user: User, wanted: LeadFilter, *, cursor: str | None = None, size: int = 50) -> Page[Lead]:
    """Return one page of the leads this person may see, newest first. Raises BadCursor."""
    rows = filtered(visible_leads(user), wanted, user).select_related("state", "source", "owner")
    return keyset_page(rows, order=NEWEST_FIRST, cursor=cursor, size=size)


def lead_count(user: User, wanted: LeadFilter) -> int:
    """Return how many leads match, counting no further than 10,001."""
    return filtered(visible_leads(user), wanted, user).order_by()[: COUNT_LIMIT + 1].count()


def filtered(leads: QuerySet[Lead], wanted: LeadFilter, user: User) -> QuerySet[Lead]:
    """Narrow ``leads`` to what is wanted. A lead not judged yet counts as new and cold."""
    if wanted.ids is not None:
        leads = leads.filter(pk__in=wanted.ids)
    if wanted.stages:
        unjudged = Q(state=None) if Stage.NEW in wanted.stages else Q(pk__in=[])
        leads = leads.filter(Q(state__stage__in=wanted.stages) | unjudged)
    if wanted.temperatures:
        unjudged = Q(state=None) if Temperature.COLD in wanted.temperatures else Q(pk__in=[])
        leads = leads.filter(Q(state__temperature__in=wanted.temperatures) | unjudged)
    if wanted.grades:
        leads = leads.filter(state__grade__in=wanted.grades)
    if wanted.channel:
        leads = leads.filter(source__channel=wanted.channel)
    if wanted.source_id:
        leads = leads.filter(source_id=wanted.source_id)
    if wanted.owner:
        leads = leads.filter(_owned_by(wanted.owner, user))
    for word in wanted.q.split()[:6]:
        leads = leads.filter(_mentions(word))
    return leads


def _owned_by(owner: str, user: User) -> Q:
    if owner == "me":
        return Q(owner=user)
    return Q(owner=None) if owner == "nobody" else Q(owner_id=int(owner))


def _mentions(word: str) -> Q:
    found = Q()
    for field in SEARCHED:
        found |= Q(**{f"{field}__icontains": word})
    return found
