"""A submission becomes one lead with its facts, whoever else submits at that moment."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from leads.models import Activity, Consent, Lead, Mark, Source, Touch
from leads.services import NewConsent, NewFact, NewLead, Origin, capture_lead
from tests.factories.leads import captured


@pytest.mark.django_db
def test_a_new_address_becomes_a_lead_with_facts_touch_consent_and_mark(now, django_assert_num_queries) -> None:
    topic_id = _topic()
    consent = NewConsent(topic_id=topic_id, given=True, how="box ticked", wording="Send me guides", ip="203.0.113.9")
    lead = NewLead(email="Ada@Work.example", email_key="ada@work.example", first_name="Ada", attributes={"size": "50"})
    origin = Origin("paid", "google", "cpc", "crm", landing_page="https://site.example/?utm_source=google")
    facts = [NewFact("form_submitted", {"form_name": "Demo"}), NewFact("demo_requested", {"message": "Soon?"})]

    with django_assert_num_queries(1):
        done = capture_lead(lead=lead, origin=origin, facts=facts, consents=[consent], now=now, urgent=True)

    stored = Lead.objects.get(pk=done.lead_id)
    assert (stored.email, stored.first_name, stored.attributes, done.is_new) == (
        "Ada@Work.example",
        "Ada",
        {"size": "50"},
        True,
    )
    assert str(stored.source) == "google · crm"
    assert list(stored.activities.order_by("id").values_list("kind", flat=True)) == ["form_submitted", "demo_requested"]
    mark = Mark.objects.get()
    assert (mark.lead_id, mark.due_at, mark.urgent, mark.activity_id) == (stored.pk, now, True, done.activity_ids[0])
    assert Touch.objects.get().landing_page.endswith("google")
    assert (Consent.objects.get().wording, Consent.objects.get().ip) == ("Send me guides", "203.0.113.9")


@pytest.mark.django_db
def test_a_known_lead_keeps_its_fields_and_gets_the_facts(now) -> None:
    first = captured(email="ada@work.example", now=now, fields={"company": "Old Ltd"})

    second = captured(email="ada@work.example", now=now + timedelta(days=1), fields={"company": "New Ltd"})

    assert (second.lead_id, second.is_new) == (first.lead_id, False)
    assert Lead.objects.get().company == "Old Ltd"
    assert Activity.objects.filter(lead_id=first.lead_id).count() == 2
    assert Source.objects.count() == 1


@pytest.mark.django_db
def test_phone_only_leads_are_never_joined_by_a_machine(now) -> None:
    for _ in range(2):
        capture_lead(lead=NewLead(phone="+49 30 1"), origin=Origin("direct"), facts=[], now=now)

    assert Lead.objects.filter(email_key=None).count() == 2


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_with_one_new_address_make_one_lead(now) -> None:
    barrier = threading.Barrier(16)
    done = []

    def submit(number: int) -> None:
        barrier.wait()
        with transaction.atomic():
            done.append(captured(email="ada@work.example", now=now, message=f"answer {number}"))
        connection.close()

    threads = [threading.Thread(target=submit, args=[n]) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {one.lead_id for one in done} == {Lead.objects.get().pk}
    assert sum(one.is_new for one in done) == 1
    assert Activity.objects.count() == 16
    assert Mark.objects.count() == 16


def _topic() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_topic (slug, name, description, position) VALUES ('tests', 'Tests', '', 9) RETURNING id"
        )
        return cursor.fetchone()[0]
