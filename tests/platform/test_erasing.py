"""Removing leads while somebody works on them."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Notification, Role
from leadcrm.erasing import erase_leads
from leads.models import Lead, Topic
from leads.services import lock_leads
from leads.services.consent import Proof, ensure_starter_topics, give_consent
from mail.models import Kind, Message
from mail.services import queue_message
from nurturing.models import Enrollment
from nurturing.services import EnrollmentEnded, advance_due_enrollments, ensure_starter_sequence, stop_enrollment
from sales.models import Handover
from tests.factories.leads import LeadFactory
from tests.factories.sales import make_handover, make_lead, make_team, make_user
from tests.sessions import wait_until_waiting

pytestmark = pytest.mark.django_db(transaction=True)
HOURS = timedelta(hours=1)


@pytest.fixture
def nurtured(now) -> Lead:
    """A lead whose first mail of a sequence waits, and whom sales has been offered meanwhile."""
    ensure_starter_topics()
    sequence = ensure_starter_sequence(now)
    lead = make_lead(now)
    give_consent(lead=lead, topics=Topic.objects.all(), proof=Proof(how="test"), now=now)
    Enrollment.objects.create(
        sequence=sequence, sequence_version=sequence.live, lead=lead, started_at=now, due_at=now + HOURS
    )
    advance_due_enrollments(now=now + HOURS)
    make_user(Role.REP, team=make_team())
    make_handover(now + 2 * HOURS, lead=lead)
    return lead


def test_who_erases_a_lead_never_waits_in_a_circle_with_who_cancels_its_mail(now, beside):
    lead = LeadFactory()
    words = {"subject": "Your guide", "text": "Here it is.", "html": ""}
    message = queue_message(dedupe_key="one", kind=Kind.REQUESTED, to_email=lead.email, about=lead.pk, now=now, **words)

    with transaction.atomic():
        lock_leads([lead.pk])
        erasing = beside(lambda: erase_leads(lead_ids=[lead.pk]))
        wait_until_waiting()
        assert Message.objects.filter(pk=message.pk).update(reason="cancelled meanwhile") == 1

    assert erasing.result(30) == 1
    assert not Lead.objects.exists()
    assert not Message.objects.exists()


def test_a_step_that_is_due_meanwhile_ends_no_erasing_and_is_not_ended_by_it(nurtured, now, beside):
    with transaction.atomic():
        erasing = _stopped_after_the_mails(nurtured, beside)
        advancing = beside(lambda: advance_due_enrollments(now=now + timedelta(days=30)))
        wait_until_waiting(2, or_done=advancing)

    assert erasing.result(30) == 1
    assert advancing.result(30) == 0
    assert not Enrollment.objects.exists() and not Message.objects.exists()


def test_who_is_taken_out_of_a_sequence_meanwhile_is_gone(nurtured, now, beside):
    admin, enrollment = make_user(Role.ADMIN), Enrollment.objects.get()

    with transaction.atomic():
        erasing = _stopped_after_the_mails(nurtured, beside)
        stopping = beside(lambda: stop_enrollment(enrollment=enrollment, by=admin, reason="Asked", now=now))
        wait_until_waiting(2)

    assert erasing.result(30) == 1
    with pytest.raises(EnrollmentEnded):
        stopping.result(30)
    assert not Enrollment.objects.exists() and not Message.objects.exists()


def _stopped_after_the_mails(lead, beside):
    """Begin to erase ``lead``, and stand in the way once its mails are deleted and its enrollments are not yet."""
    bell = Notification.objects.filter(about=str(Handover.objects.get().pk))
    assert Message.objects.filter(status="pending").exists()
    assert list(bell.select_for_update())
    erasing = beside(lambda: erase_leads(lead_ids=[lead.pk]))
    wait_until_waiting()
    return erasing
