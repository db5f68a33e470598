"""Removing leads while somebody works on them."""

import threading
import time

import pytest
from django.db import connection, connections, transaction

from leadcrm.erasing import erase_leads
from leads.models import Lead
from leads.services import lock_leads
from mail.models import Kind, Message
from mail.services import queue_message
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db(transaction=True)
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def test_who_erases_a_lead_never_waits_in_a_circle_with_who_cancels_its_mail(now):
    lead = LeadFactory()
    words = {"subject": "Your guide", "text": "Here it is.", "html": ""}
    message = queue_message(dedupe_key="one", kind=Kind.REQUESTED, to_email=lead.email, about=lead.pk, now=now, **words)
    erased = []

    def erase() -> None:
        try:
            erased.append(erase_leads(lead_ids=[lead.pk]))
        finally:
            connections.close_all()

    thread = threading.Thread(target=erase)
    with transaction.atomic():
        lock_leads([lead.pk])
        thread.start()
        _wait_until_somebody_waits()
        assert Message.objects.filter(pk=message.pk).update(reason="cancelled meanwhile") == 1
    thread.join(10)

    assert erased == [1]
    assert not Lead.objects.exists()
    assert not Message.objects.exists()


def _wait_until_somebody_waits() -> None:
    ends_at = time.monotonic() + 5
    while time.monotonic() < ends_at:
        with connection.cursor() as cursor:
            cursor.execute(WAITS)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits for the lead")
