"""Removing leads with everything that any app knows of them."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from accounts.services import erase_deliveries, erase_notifications
from capture.services import erase_submissions
from common.arrays import AnyOf
from leads.services import delete_leads, lock_leads
from mail.services import erase_messages
from sales.models import Handover


@transaction.atomic
def erase_leads(*, lead_ids: Collection[UUID]) -> int:
    """Delete leads, their submissions, mails, webhook deliveries and lines of the bell.

    Facts, handovers and enrollments go with the lead. Returns how many leads there were.
    The leads are held first, as by everybody who writes what belongs to them.
    """
    lock_leads(lead_ids)
    erase_messages(about=lead_ids)
    erase_deliveries(about=lead_ids)
    erase_submissions(lead_ids=lead_ids)
    handovers = Handover.objects.filter(AnyOf("lead", lead_ids)).values_list("pk", flat=True)
    erase_notifications(about=[str(pk) for pk in handovers])
    return delete_leads(lead_ids=lead_ids)
