"""Marked leads are judged, each once, in batches; nothing is forgotten and one bad lead holds up nobody."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from leadcrm import pipeline
from leads.kinds import Kind
from leads.models import Activity, FieldProposal, Lead, LeadState, Mark, Transition
from leads.services import record_activity, set_stage
from mail.models import Message
from sales.models import Handover
from tests.factories.leads import captured, minutes
from tests.factories.sales import make_team, make_user

DEMO = {"first_name": "Ada", "job_title": "Head of Operations", "company": "Example GmbH"}


@transaction.atomic
def request_demo(email: str, now):
    done = captured(email=email, now=now, fields=DEMO)
    record_activity(lead_id=done.lead_id, kind=Kind.DEMO_REQUESTED, now=now, urgent=True)
    return done.lead_id


@pytest.mark.django_db
def test_a_demo_request_becomes_an_sql_and_lies_in_the_queue(now) -> None:
    make_user(team=make_team())
    lead_id = request_demo("ada@work.example", now)

    taken = pipeline.advance_marked_leads(now=now)

    state = LeadState.objects.get(lead=lead_id)
    handover = Handover.objects.get(lead=lead_id)
    assert taken == 2
    assert (state.stage, state.temperature, state.grade) == ("sql", "hot", "A")
    assert (handover.state, handover.is_hot, handover.opened_at) == ("queued", True, now)
    assert list(Transition.objects.values_list("from_stage", "to_stage", "cause_kind")) == [("new", "sql", "trigger")]
    assert not Mark.objects.filter(is_time=False).exists()


@pytest.mark.django_db
def test_doing_it_twice_changes_nothing(now) -> None:
    make_user(team=make_team())
    lead_id = request_demo("ada@work.example", now)
    pipeline.advance_marked_leads(now=now)
    before = LeadState.objects.filter(lead=lead_id).values().get()
    facts = Activity.objects.count()

    pipeline.advance(lead_ids=[lead_id], now=now)
    pipeline.advance(lead_ids=[lead_id], now=now)

    assert LeadState.objects.filter(lead=lead_id).values().get() == before
    assert (Activity.objects.count(), Handover.objects.count(), Transition.objects.count()) == (facts, 1, 1)


@pytest.mark.django_db
def test_a_guide_is_mailed_once_however_often_the_lead_is_looked_at(now) -> None:
    captured(email="ada@work.example", now=now, offer="lead-guide", offer_name="Guide", offer_mail=True)

    for _ in range(3):
        pipeline.advance_marked_leads(now=now)
        pipeline.advance(lead_ids=list(Lead.objects.values_list("pk", flat=True)), now=now)

    assert list(Message.objects.values_list("kind", "to_email")) == [("requested", "ada@work.example")]


@pytest.mark.django_db
def test_a_known_lead_gets_new_answers_and_keeps_the_known_ones(now) -> None:
    captured(email="ada@work.example", now=now, fields={"company": "Old Ltd"})
    pipeline.advance_marked_leads(now=now)

    captured(email="ada@work.example", now=now + minutes(1), fields={"company": "New Ltd", "job_title": "COO"})
    pipeline.advance_marked_leads(now=now + minutes(1))

    lead = Lead.objects.get()
    change = Activity.objects.get(kind=Kind.PROFILE_CHANGED)
    assert (lead.company, lead.job_title) == ("Old Ltd", "COO")
    assert change.payload == {"field": "job_title", "old": "", "new": "COO"}
    assert list(FieldProposal.objects.values_list("field", "value")) == [("company", "New Ltd")]


@pytest.mark.django_db
def test_one_bad_lead_is_put_off_with_its_error_and_the_others_go_on(now) -> None:
    leads = [captured(email=f"lead{n}@work.example", now=now).lead_id for n in range(9)]
    bad = leads[4]
    Activity.objects.create(lead_id=bad, kind=Kind.STAGE_SET, occurred_at=now, recorded_at=now, payload={})

    pipeline.advance_marked_leads(now=now)

    mark = Mark.objects.get(lead=bad)
    assert set(LeadState.objects.values_list("lead_id", flat=True)) == set(leads) - {bad}
    assert (mark.attempts, mark.due_at) == (1, now + minutes(1))
    assert "KeyError" in mark.error


@pytest.mark.django_db
def test_a_fading_score_is_looked_at_when_it_crosses_a_bound(now) -> None:
    lead_id = captured(email="ada@work.example", now=now, fields=DEMO).lead_id
    record_activity(lead_id=lead_id, kind=Kind.WEBINAR_ATTENDED, now=now)
    record_activity(lead_id=lead_id, kind=Kind.EMAIL_REPLIED, now=now)
    pipeline.advance_marked_leads(now=now)
    warm = LeadState.objects.get(lead=lead_id)

    looks = 0
    while (mark := Mark.objects.filter(is_time=True).first()) and looks < 40:
        pipeline.advance_marked_leads(now=mark.due_at)
        looks += 1

    cold = LeadState.objects.get(lead=lead_id)
    assert (warm.temperature, cold.temperature) == ("warm", "cold")
    assert cold.stage == warm.stage
    assert cold.next_change_at is None


@pytest.mark.django_db
def test_a_person_pins_a_stage_and_the_page_is_right_at_once(now) -> None:
    lead_id = request_demo("ada@work.example", now)
    pipeline.advance_marked_leads(now=now)
    lead = Lead.objects.get()

    set_stage(lead=lead, to="iql", reason="Is a student", by=make_user("marketer"), now=now)
    pipeline.advance(lead_ids=[lead_id], now=now)

    state = LeadState.objects.get(lead=lead_id)
    assert (state.stage, state.is_pinned, state.pin_reason) == ("iql", True, "Is a student")


@pytest.mark.django_db(transaction=True)
def test_two_workers_judge_each_lead_and_forget_none(now) -> None:
    make_user(team=make_team())
    expected = {request_demo(f"lead{n}@work.example", now) for n in range(60)}

    def work() -> None:
        for step in range(40):
            pipeline.advance_batch(now=now + timedelta(seconds=step))
        connection.close()

    def more() -> None:
        for n in range(60, 90):
            expected.add(request_demo(f"lead{n}@work.example", now))
        connection.close()

    threads = [threading.Thread(target=target) for target in (work, work, more)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipeline.advance_marked_leads(now=now + minutes(1))

    assert set(LeadState.objects.filter(stage="sql").values_list("lead_id", flat=True)) == expected
    assert Handover.objects.count() == len(expected) == Transition.objects.count()
    assert not Mark.objects.filter(is_time=False).exists()
    assert not Mark.objects.exclude(error="").exists()
