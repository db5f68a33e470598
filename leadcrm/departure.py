"""Somebody leaves: what they hold goes to a colleague or back to the queue, in the commit that closes their account."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.selectors import keys_made_by
from accounts.services import audit, edit_user, revoke_api_key
from leads.models import Lead
from leads.services import lock_leads, pass_on_leads
from sales.selectors import held_handovers
from sales.services import pass_on_handovers


class WrongHeir(ValueError):
    """The colleague cannot take over: inactive, or the same person."""


@dataclass(frozen=True)
class Belongings:
    """What would be left behind."""

    leads: int
    handovers: int
    keys: int

    @property
    def is_nothing(self) -> bool:
        return not (self.leads or self.handovers or self.keys)


def belongings(person: User) -> Belongings:
    """Count what a person holds: leads, open handovers, working API keys they made."""
    return Belongings(
        leads=Lead.objects.filter(owner=person).count(),
        handovers=held_handovers(person).count(),
        keys=keys_made_by(person).count(),
    )


@transaction.atomic
def depart(*, person: User, heir: User | None, is_revoking_keys: bool, by: User, now: datetime) -> Belongings:
    """Deactivate a person and give what they hold to ``heir``, or leads to nobody and handovers to the queue.

    Returns what was passed on. Raises LastAdmin, WrongHeir; then nothing has changed.
    """
    if heir is not None and (heir.pk == person.pk or not heir.is_active or heir.is_service):
        raise WrongHeir("Choose an active colleague.")
    edit_user(user=person, changes={"is_active": False}, by=by, now=now)
    owned = Lead.objects.filter(owner=person).values_list("pk", flat=True)
    # All leads first and in one order, as everywhere; handovers follow.
    lock_leads({*owned, *held_handovers(person).values_list("lead_id", flat=True)})
    handovers = pass_on_handovers(person=person, to=heir, by=by, now=now)
    leads = pass_on_leads(owner=person, to=heir, now=now)
    keys = list(keys_made_by(person)) if is_revoking_keys else []
    for key in keys:
        revoke_api_key(api_key=key, by=by, now=now)
    found = Belongings(leads, handovers, len(keys))
    changes = {"leads": ["", leads], "handovers": ["", handovers], "keys": ["", len(keys)], "to": ["", str(heir or "")]}
    audit(by=by, action="passed on the work of", kind="user", object_id=str(person.pk), changes=changes, now=now)
    return found
