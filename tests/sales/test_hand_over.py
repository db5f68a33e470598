"""When a handover opens, and when none does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from leads.kinds import Kind, Stage, Temperature
from leads.models import Activity, LeadState
from sales import services
from sales.models import Handover, HandoverCause, State
from tests.factories.sales import ask_for_demo, become_sql, make_handover, make_lead, make_team, make_user

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_a_transition_to_sql_opens_one_handover_offered_to_the_rep(rep, team, now):
    lead = make_lead(now, temperature=Temperature.HOT)
    become_sql(lead, now, "Fit A, engagement 62")

    (handover,) = services.hand_over(lead_ids=[lead.pk], now=now + MINUTE)

    assert (handover.state, handover.offered_to_id, handover.team) == (State.QUEUED, rep.pk, team)
    assert (handover.cause_kind, handover.cause) == (HandoverCause.TRANSITION, "Fit A, engagement 62")
    assert handover.first_contact_due_at == now + 16 * MINUTE
    assert Activity.objects.get(lead=lead, kind=Kind.HANDOVER_OPENED).payload["handover"] == str(handover.pk)
    lead.refresh_from_db()
    assert lead.team == team


def test_calling_it_again_opens_nothing(rep, now):
    lead = make_lead(now)
    become_sql(lead, now)
    services.hand_over(lead_ids=[lead.pk], now=now)

    assert services.hand_over(lead_ids=[lead.pk], now=now + MINUTE) == []
    assert Handover.objects.count() == 1


def test_a_lead_without_cause_or_disqualified_is_not_handed_over(rep, now):
    calm, junk = make_lead(now), make_lead(now)
    ask_for_demo(junk, now)
    LeadState.objects.filter(lead=junk).update(stage=Stage.DISQUALIFIED)

    assert services.hand_over(lead_ids=[calm.pk, junk.pk], now=now) == []


def test_a_customer_who_asks_for_a_demo_reaches_sales(rep, now):
    lead = make_lead(now, stage=Stage.CUSTOMER)
    ask_for_demo(lead, now)

    (handover,) = services.hand_over(lead_ids=[lead.pk], now=now)

    assert (handover.cause_kind, handover.cause) == (HandoverCause.REQUEST, "Requested a demo")


def test_a_request_while_one_is_open_is_taken_by_it(rep, now):
    handover = make_handover(now)
    ask_for_demo(handover.lead, now + MINUTE)
    services.reject(handover=handover, reason=4, by=rep, now=now + 2 * MINUTE)

    assert services.hand_over(lead_ids=[handover.lead_id], now=now + 30 * MINUTE) == []


def test_only_a_cause_after_the_verdict_opens_another_once_it_has_settled(rep, now):
    handover = make_handover(now)
    services.reject(handover=handover, reason=4, by=rep, now=now + MINUTE)
    ask_for_demo(handover.lead, now + 5 * MINUTE)

    assert services.hand_over(lead_ids=[handover.lead_id], now=now + 6 * MINUTE) == []
    (second,) = services.hand_over(lead_ids=[handover.lead_id], now=now + 11 * MINUTE)

    handover.refresh_from_db()
    assert handover.closed_at == now + 11 * MINUTE
    assert second.cause_kind == HandoverCause.REQUEST


def test_turns_go_round_the_team(rep, colleague, now):
    leads = [make_lead(now) for _ in range(4)]
    for lead in leads:
        become_sql(lead, now)

    handovers = services.hand_over(lead_ids=[lead.pk for lead in leads], now=now)

    assert sorted(h.offered_to_id for h in handovers) == [rep.pk, rep.pk, colleague.pk, colleague.pk]
    assert handovers[0].offer_reason == "round-robin, your turn"


def test_the_owner_of_a_lead_gets_it_back(rep, colleague, now):
    make_handover(now)
    lead = make_lead(now, owner=rep)
    become_sql(lead, now)

    (handover,) = services.hand_over(lead_ids=[lead.pk], now=now)

    assert (handover.offered_to_id, handover.offer_reason) == (rep.pk, "this is your lead")


def test_nobody_present_leaves_it_in_the_queue_of_the_team(team, now):
    make_user(team=make_team("Other"))

    handover = make_handover(now)

    assert (handover.team, handover.offered_to_id, handover.return_at) == (team, None, None)


def test_a_batch_costs_the_same_number_of_queries_as_one_lead(rep, now):
    def queries(count: int) -> int:
        leads = [make_lead(now) for _ in range(count)]
        for lead in leads:
            become_sql(lead, now)
        with CaptureQueriesContext(connection) as queries:
            assert len(services.hand_over(lead_ids=[lead.pk for lead in leads], now=now)) == count
        return len(queries)

    assert queries(1) == queries(30)
    assert not AuditEntry.objects.exists()
