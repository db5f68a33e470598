"""Answers that differ from what is known: a person takes them over or leaves them."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from leads.models import FieldProposal
from leads.services.locking import lock_lead
from leads.services.profile import edit_lead


class AlreadyDecided(ValueError):
    """Somebody has decided on this value before."""


@transaction.atomic
def decide_proposal(*, proposal: FieldProposal, is_accepted: bool, by: User, now: datetime) -> FieldProposal:
    """Write the proposed value to the lead, or leave the known one. Raises AlreadyDecided."""
    lead = lock_lead(proposal.lead_id)
    locked = FieldProposal.objects.get(pk=proposal.pk)
    if locked.decided_at is not None:
        raise AlreadyDecided("Somebody has decided on this already.")
    locked.decided_at, locked.accepted = now, is_accepted
    locked.save(update_fields=["decided_at", "accepted"])
    if is_accepted:
        edit_lead(lead=lead, changes={locked.field: locked.value}, by=by, now=now)
    else:
        changes = {locked.field: [locked.value, None]}
        audit(by=by, action="dismiss proposal", kind="lead", object_id=str(lead.pk), changes=changes, now=now)
    return locked
