"""Locking leads. Who writes what belongs to a lead locks the lead first; the whole order is in docs/architecture.md."""

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from common.arrays import AnyOf
from leads.models import Lead

Row = TypeVar("Row", bound=Model)


def lock_lead(lead_id: UUID) -> Lead:
    """Lock one lead and return it as it is now. Raises Lead.DoesNotExist for one that was erased."""
    for lead in lock_leads([lead_id]):
        return lead
    raise Lead.DoesNotExist(lead_id)


def lock_leads(lead_ids: Collection[UUID]) -> list[Lead]:
    """Lock those of these leads that exist, in id order, and return them as they are now.

    NO KEY: a submission may still add facts meanwhile.
    """
    return _lock(AnyOf("pk", lead_ids))


def lock_leads_of(email_keys: Collection[str]) -> list[Lead]:
    """Lock the leads with these addresses, as ``lock_leads`` does."""
    return _lock(Q(email_key__in=list(email_keys)))


def with_free_leads(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Lock ``rows`` together with the ``lead`` of each; what somebody else holds is passed over, not waited for."""
    return rows.select_for_update(no_key=True, skip_locked=True, of=("self", "lead"))


def _lock(chosen: Q | AnyOf) -> list[Lead]:
    return list(Lead.objects.select_for_update(no_key=True, of=("self",)).filter(chosen).order_by("pk"))
