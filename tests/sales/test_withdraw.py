"""An undone SQL takes its handover back out of the queue, unless sales works on it already."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from leadcrm import pipeline
from leads.kinds import Kind, Stage
from leads.models import Activity, Lead, LeadState
from leads.services import record_activity, set_stage, set_stages, undo_act
from sales.models import Handover
from sales.services import claim, hand_over, withdraw_handovers
from scoring.services import ensure_starter_rules
from tests.factories.sales import make_lead, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    ensure_starter_rules(now=timezone.now())
    return make_user(Role.ADMIN)


def make_sql(lead: Lead, by) -> Activity:
    now = timezone.now()
    act = set_stage(lead=lead, to=Stage.SQL, reason="Met at a fair", by=by, now=now)
    pipeline.advance(lead_ids=[lead.pk], now=now)
    return act


def test_an_undone_sql_leaves_no_handover_in_the_queue_and_none_comes_back(client, me):
    lead = make_lead(timezone.now(), stage=Stage.MQL)
    act = make_sql(lead, me)
    assert Handover.objects.filter(lead=lead).count() == 1
    client.force_login(me)

    answer = client.post(reverse("act_undo", args=[act.pk]))
    pipeline.advance(lead_ids=[lead.pk], now=timezone.now())

    assert answer.status_code == 204
    assert not Handover.objects.filter(lead=lead).exists()
    assert LeadState.objects.get(lead=lead).stage == Stage.MQL
    undone = Activity.objects.get(lead=lead, kind=Kind.UNDONE, payload__what="Handed over to sales")
    assert Activity.objects.get(pk=undone.payload["undoes"]).kind == Kind.HANDOVER_OPENED


def test_a_handover_that_was_claimed_stays_and_the_answer_says_with_whom(client, me):
    now = timezone.now()
    lead = make_lead(now, stage=Stage.MQL)
    act = make_sql(lead, me)
    rep = make_user(Role.REP, team=make_team(), name="Rita Rep")
    claim(handover=Handover.objects.get(lead=lead), by=rep, now=now)
    client.force_login(me)

    client.post(reverse("act_undo", args=[act.pk]))
    page = client.get(reverse("leads:list")).content.decode()

    assert Handover.objects.get(lead=lead).owner == rep
    assert "Its handover stays: Rita Rep works on it." in page


def test_a_lead_that_also_asked_for_sales_stays_in_the_queue_for_that(me):
    now = timezone.now()
    lead = make_lead(now, stage=Stage.MQL)
    act = make_sql(lead, me)
    record_activity(lead_id=lead.pk, kind=Kind.DEMO_REQUESTED, now=now)

    undo_act(act=act, by=me, now=now)
    withdrawn = withdraw_handovers(act_ids=[act.pk], by=me, now=now)
    hand_over(lead_ids=[lead.pk], now=now)

    assert (withdrawn.count, withdrawn.words) == (1, "")
    assert Handover.objects.get(lead=lead).cause_kind == "request"


def test_an_undone_bulk_withdraws_each_of_its_handovers(client, me):
    now = timezone.now()
    leads = [make_lead(now, stage=Stage.MQL) for _ in range(3)]
    ids = [lead.pk for lead in leads]
    done = set_stages(lead_ids=ids, to=Stage.SQL, reason="Fair", by=me, now=now)
    pipeline.advance(lead_ids=ids, now=now)
    assert Handover.objects.count() == 3
    client.force_login(me)

    answer = client.post(reverse("bulk_undo", args=[done.id]))

    assert answer.status_code == 204
    assert not Handover.objects.exists()


def test_repeating_it_and_other_acts_take_nothing_away(me):
    lead = make_lead(timezone.now(), stage=Stage.MQL)
    make_sql(lead, me)

    withdrawn = withdraw_handovers(act_ids=[0], by=me, now=timezone.now())

    assert (withdrawn.count, withdrawn.kept) == (0, ())
    assert Handover.objects.filter(lead=lead).exists()
