"""The leads a person has chosen in the list: row by row, or all that match its filter."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from leads.models import Lead
from leads.selectors.lists import LeadFilter, filtered
from leads.selectors.visibility import visible_leads


@dataclass(frozen=True)
class Choice:
    """Leads by id, or with ``wanted`` all that match and were there at ``until``: what arrives later is not meant."""

    ids: tuple[UUID, ...] = ()
    wanted: LeadFilter | None = None
    until: datetime | None = None


def chosen_leads(user: User, choice: Choice) -> QuerySet[Lead]:
    """Return those of the chosen leads that this person may see; the others are as if they were not there."""
    rows = visible_leads(user)
    if choice.wanted is None:
        return rows.filter(pk__in=choice.ids)
    return filtered(rows, choice.wanted, user).filter(created_at__lte=choice.until)
