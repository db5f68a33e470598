"""Takes the sample data away again, completely."""

from django.db import transaction

from accounts.services import remove_sample_users
from capture.services import remove_sample_forms
from insights.services import remove_sample_goals
from leadcrm.erasing import erase_leads
from leads.models import Lead


@transaction.atomic
def remove_sample_data() -> int:
    """Remove sample leads, forms and people with all their traces. Returns how many leads there were."""
    lead_ids = list(Lead.objects.filter(is_sample=True).values_list("pk", flat=True))
    removed = erase_leads(lead_ids=lead_ids)
    remove_sample_forms()
    remove_sample_goals()
    remove_sample_users()
    return removed
