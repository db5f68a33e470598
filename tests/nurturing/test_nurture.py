"""What the pipeline asks for, asked often, at once, and for leads that must be left alone."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import Role, User
from leads.kinds import Kind, Stage
from leads.models import Activity, Topic
from leads.services.activities import record_activity
from leads.services.consent import Proof, ensure_starter_topics, give_consent, withdraw_consent
from mail.models import Message, Status
from mail.services import suppress
from nurturing.models import Enrollment, EnrollmentState, RequestedMail, Sequence, Step, Template
from nurturing.services import (
    NewStep,
    NothingToSend,
    activate_sequence,
    advance_due_enrollments,
    create_sequence,
    ensure_starter_sequence,
    nurture_leads,
    publish_steps,
    stop_enrollment,
)
from nurturing.tokens import TokenError

pytestmark = pytest.mark.django_db


def test_a_batch_costs_the_same_number_of_queries_whether_small_or_large(ask, now, django_assert_num_queries):
    few = [ask(f"few{n}@buyer.example").pk for n in range(2)]
    many = [ask(f"many{n}@buyer.example").pk for n in range(30)]
    nurture_leads(lead_ids=few + many, now=now)

    with django_assert_num_queries(15):
        nurture_leads(lead_ids=few, now=now)
    with django_assert_num_queries(15):
        nurture_leads(lead_ids=many, now=now)


def test_a_batch_that_nothing_concerns_costs_three_queries(ask, now, django_assert_num_queries):
    leads = [ask(f"calm{n}@buyer.example").pk for n in range(30)]
    Activity.objects.update(payload={"form_name": "Contact"})

    with django_assert_num_queries(3):
        nurture_leads(lead_ids=leads, now=now)


def test_each_guide_asked_for_is_sent_and_the_sequence_runs_once(ask, now):
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)

    ask(at=now + timedelta(hours=1))
    nurture_leads(lead_ids=[lead.pk], now=now + timedelta(hours=1))

    assert Message.objects.filter(kind="requested").count() == 2
    assert Enrollment.objects.count() == 1


def test_a_message_that_is_no_longer_kept_is_not_sent_again(ask, now):
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)

    Message.objects.all().delete()
    nurture_leads(lead_ids=[lead.pk], now=now + timedelta(days=200))

    assert not Message.objects.exists()


def test_a_guide_goes_even_to_somebody_who_wants_no_marketing(ask, now):
    lead = ask(agrees=False)
    withdraw_consent(lead=lead, topics=None, proof=Proof(how="test"), now=now)

    nurture_leads(lead_ids=[lead.pk], now=now)

    assert Message.objects.get().kind == "requested"
    assert not Enrollment.objects.exists()


def test_one_request_that_cannot_be_mailed_is_set_aside_with_the_reason(ask, now):
    bad, good = ask("broken@buyer..example"), ask("fine@buyer.example")

    nurture_leads(lead_ids=[bad.pk, good.pk], now=now)

    assert Message.objects.get(kind="requested").to_email == "fine@buyer.example"
    assert "is not an e-mail address" in RequestedMail.objects.get(message=None).problem


def test_agreeing_later_lets_a_lead_in(ask, sequence, now):
    lead = ask(agrees=False)
    nurture_leads(lead_ids=[lead.pk], now=now)

    give_consent(lead=lead, topics=[sequence.topic], proof=Proof(how="Preference page"), now=now)
    nurture_leads(lead_ids=[lead.pk], now=now + timedelta(hours=1))

    assert Enrollment.objects.get().lead == lead


def test_a_claim_by_sales_stops_the_sequence(ask, now):
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)

    record_activity(lead_id=lead.pk, kind=Kind.HANDOVER_CLAIMED, now=now + timedelta(hours=1))
    nurture_leads(lead_ids=[lead.pk], now=now + timedelta(hours=1))

    enrollment = Enrollment.objects.get()
    assert (enrollment.state, enrollment.stop_reason) == (EnrollmentState.STOPPED, "Claimed by sales")


def test_an_undone_contact_counts_for_nothing(ask, now):
    lead = ask()
    contact = record_activity(lead_id=lead.pk, kind=Kind.CONTACT_LOGGED, now=now)
    record_activity(lead_id=lead.pk, kind=Kind.UNDONE, now=now, payload={"undoes": contact.pk})

    nurture_leads(lead_ids=[lead.pk], now=now + timedelta(hours=1))

    assert Enrollment.objects.get().is_active


def test_a_bounced_address_stops_the_sequence_at_the_next_step(ask, now):
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)

    suppress(email=lead.email, topic="address", reason="5.1.1 no such user", now=now)
    advance_due_enrollments(now=now + timedelta(days=2))

    assert Enrollment.objects.get().stop_reason == "Mail to this address cannot be delivered"
    assert not Message.objects.filter(kind="marketing").exists()


def test_the_last_mail_still_waiting_is_taken_back_when_the_lead_becomes_sql(ask, judged, now):
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)
    advance_due_enrollments(now=now + timedelta(days=2))
    advance_due_enrollments(now=now + timedelta(days=5))
    assert Enrollment.objects.get().state == EnrollmentState.FINISHED

    judged(lead, Stage.SQL)
    nurture_leads(lead_ids=[lead.pk], now=now + timedelta(days=5))

    assert Enrollment.objects.get().stop_reason == "Became SQL"
    assert set(Message.objects.filter(kind="marketing").values_list("status", flat=True)) == {Status.CANCELLED}


def test_a_mail_that_cannot_be_written_is_put_off_and_the_others_go_on(ask, now):
    bad, good = ask("bad@buyer.example"), ask("good@buyer.example")
    nurture_leads(lead_ids=[bad.pk, good.pk], now=now)
    type(bad).objects.filter(pk=bad.pk).update(email="bad@buyer..example")

    advance_due_enrollments(now=now + timedelta(days=2))

    assert Message.objects.get(kind="marketing").about == good.pk
    put_off = Enrollment.objects.get(lead=bad)
    assert "is not an e-mail address" in put_off.problem
    assert put_off.due_at > now + timedelta(days=2)


def test_the_owner_of_the_lead_gets_the_answer(ask, now):
    lead = ask()
    lead.owner = User.objects.create_user("rep@crm.example", "x", name="Rep", role=Role.REP)
    lead.save(update_fields=["owner"])

    nurture_leads(lead_ids=[lead.pk], now=now)

    assert Message.objects.get().reply_to == "rep@crm.example"


def test_people_on_the_way_finish_the_version_they_entered(ask, sequence, now):
    early = ask("early@buyer.example")
    nurture_leads(lead_ids=[early.pk], now=now)

    publish_steps(sequence=sequence, steps=[NewStep(0, "New subject", "New body")], now=now)
    late = ask("late@buyer.example")
    nurture_leads(lead_ids=[late.pk], now=now)
    advance_due_enrollments(now=now + timedelta(days=2))

    subjects = dict(Message.objects.filter(kind="marketing").values_list("about", "subject"))
    assert "three questions" in subjects[early.pk]
    assert subjects[late.pk] == "New subject"


def test_a_sequence_that_cannot_be_rendered_is_not_published(sequence, now):
    with pytest.raises(TokenError):
        publish_steps(sequence=sequence, steps=[NewStep(0, "Hello {{first_name}}", "Body")], now=now)
    with pytest.raises(NothingToSend):
        publish_steps(sequence=sequence, steps=[], now=now)

    assert Step.objects.count() == 2


def test_a_new_sequence_runs_only_after_it_was_started(ask, now):
    topic = ensure_starter_topics()[1]
    lead = ask(agrees=False)
    give_consent(lead=lead, topics=[topic], proof=Proof(how="test"), now=now)
    fresh = create_sequence(name="News", topic=topic, steps=[NewStep(1, "Hi", "Hi")], now=now)
    nurture_leads(lead_ids=[lead.pk], now=now)
    assert not Enrollment.objects.exists()

    activate_sequence(sequence=fresh, by=None, now=now)
    nurture_leads(lead_ids=[lead.pk], now=now)

    assert Enrollment.objects.get().sequence == fresh


def test_the_starter_is_added_once(sequence, now):
    again = ensure_starter_sequence(now)

    assert again.pk == sequence.pk
    assert (Sequence.objects.count(), Step.objects.count(), Template.objects.count()) == (1, 2, 1)
    assert sequence.is_active


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_double_nothing(ask, now):
    leads = [ask(f"twin{n}@buyer.example").pk for n in range(20)]

    _together(lambda: nurture_leads(lead_ids=leads, now=now))
    _together(lambda: advance_due_enrollments(now=now + timedelta(days=2)))

    assert Activity.objects.filter(kind=Kind.FORM_SUBMITTED).count() == 20
    assert Message.objects.filter(kind="requested").count() == 20
    assert Enrollment.objects.filter(next_position=2).count() == 20
    assert Message.objects.filter(kind="marketing").count() == 20


@pytest.mark.django_db(transaction=True)
def test_what_a_person_stopped_meanwhile_keeps_their_reason(ask, now):
    admin = User.objects.create_user("admin@crm.example", "x", name="Admin", role=Role.ADMIN)
    lead = ask("ada@buyer.example")
    nurture_leads(lead_ids=[lead.pk], now=now)
    withdraw_consent(lead=lead, topics=Topic.objects.all(), proof=Proof(how="Preference page"), now=now)
    errors = []

    with transaction.atomic():
        stop_enrollment(enrollment=Enrollment.objects.get(), by=admin, reason="Asked by phone", now=now)
        rules = threading.Thread(target=lambda: _alone(lambda: nurture_leads(lead_ids=[lead.pk], now=now), errors))
        rules.start()
        _wait_for_a_waiter(errors)
    rules.join()

    stopped = Enrollment.objects.get()
    assert errors == []
    assert (stopped.stop_kind, stopped.stop_reason) == ("person", f"Stopped by {admin}: Asked by phone")


def _wait_for_a_waiter(errors):
    """Wait until another connection waits for what this one has locked."""
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError(f"Nobody waits. {errors}")


def _alone(act, errors):
    try:
        act()
    except Exception as exc:
        errors.append(exc)
    finally:
        connection.close()


def _together(act):
    errors = []
    threads = [threading.Thread(target=_alone, args=(act, errors)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
