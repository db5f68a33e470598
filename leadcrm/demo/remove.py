"""Takes the sample data away again, completely."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit, remove_sample_users
from capture.services import remove_sample_forms
from common.installation import lock_installation, save_installation
from common.programs import manage
from insights.services import remove_sample_goals
from leadcrm.erasing import erase_leads
from leads.models import Lead


class OwnAccount(ValueError):
    """The person who removes the sample data is part of it."""


@transaction.atomic
def remove_sample_data(*, now: datetime, by: User | None = None) -> int:
    """Remove sample leads, forms and people with all their traces. Returns how many leads there were.

    Raises OwnAccount where ``by`` would be removed too.
    """
    if by and by.is_sample:
        raise OwnAccount(
            f"You are one of the sample people, who would go too. Run {manage('seed_demo --remove')} instead."
        )
    lock_installation()
    lead_ids = list(Lead.objects.filter(is_sample=True).values_list("pk", flat=True))
    removed = erase_leads(lead_ids=lead_ids)
    remove_sample_forms()
    remove_sample_goals()
    remove_sample_users()
    save_installation(changes={"has_sample_data": False})
    audit(by=by, action="removed", kind="sample data", object_id="1", changes={"leads": [removed, 0]}, now=now)
    return removed
