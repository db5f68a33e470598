"""Sales within the pipeline: from a request to a handover, a verdict, and back only on new evidence."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from leadcrm import pipeline
from leads.kinds import Kind, Stage
from leads.models import LeadState
from leads.services import upsert_lead
from sales import services
from sales.models import Handover, State
from tests.factories.sales import ask_for_demo, become_sql, make_lead

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lead(rep, now):
    fields = {"email": "maja@customer.example", "first_name": "Maja", "last_name": "Example"}
    lead, _ = upsert_lead(fields=fields, by=None, now=now)
    return lead


def run(now) -> None:
    pipeline.advance_marked_leads(now=now)


@pytest.mark.django_db
def test_rejected_it_becomes_mql_after_ten_minutes_and_only_a_new_request_brings_it_back(lead, rep, now):
    ask_for_demo(lead, now)
    run(now)
    first = Handover.objects.get(lead=lead)
    assert (LeadState.objects.get(lead=lead).stage, first.is_hot) == (Stage.SQL, True)

    services.reject(handover=first, reason=4, by=rep, now=now + MINUTE)
    run(now + 2 * MINUTE)
    assert LeadState.objects.get(lead=lead).stage == Stage.SQL
    run(now + 12 * MINUTE)
    assert LeadState.objects.get(lead=lead).stage == Stage.MQL
    assert Handover.objects.count() == 1

    ask_for_demo(lead, now + timedelta(days=3))
    run(now + timedelta(days=3, minutes=1))

    second = Handover.objects.latest("opened_at")
    assert (second.state, Handover.objects.count()) == (State.QUEUED, 2)


@pytest.mark.django_db
def test_undone_in_time_the_lead_stays_sql(lead, rep, now):
    ask_for_demo(lead, now)
    run(now)
    handover = Handover.objects.get(lead=lead)
    services.reject(handover=handover, reason=8, by=rep, now=now + MINUTE)
    run(now + 2 * MINUTE)

    services.undo(handover=handover, by=rep, now=now + 5 * MINUTE)
    run(now + 6 * MINUTE)
    run(now + 60 * MINUTE)

    assert LeadState.objects.get(lead=lead).stage == Stage.SQL
    assert Handover.objects.get().state == State.QUEUED


@pytest.mark.django_db
def test_won_makes_a_customer_who_may_ask_again(lead, rep, now):
    ask_for_demo(lead, now)
    run(now)
    services.win(handover=Handover.objects.get(), by=rep, now=now)
    run(now + MINUTE)
    run(now + 11 * MINUTE)
    assert LeadState.objects.get(lead=lead).stage == Stage.CUSTOMER

    ask_for_demo(lead, now + 20 * MINUTE)
    run(now + 20 * MINUTE)

    assert Handover.objects.latest("opened_at").cause == "Requested a demo"
    assert lead.activities.filter(kind=Kind.HANDOVER_OPENED).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_open_one_handover(rep, now):
    leads = [make_lead(now) for _ in range(5)]
    for lead in leads:
        become_sql(lead, now)

    def work(_) -> int:
        try:
            return len(services.hand_over(lead_ids=[lead.pk for lead in leads], now=now))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(work, range(4)))

    assert sum(opened) == Handover.objects.count() == 5
