"""A lead that cannot be worked on is put off with its error; it costs the others little, and later nothing."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leadcrm import pipeline
from leads import services
from leads.kinds import Kind
from leads.models import Activity, Lead, LeadState, Mark, Suspect, Transition
from sales.models import Handover
from tests.factories.leads import captured, minutes
from tests.leads.test_pipeline import DEMO, request_demo

pytestmark = pytest.mark.django_db
REFUSE_HANDOVERS = """
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT email FROM leads_lead WHERE id = NEW.lead_id) LIKE 'bad%' THEN RAISE EXCEPTION 'refused'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON sales_handover FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()
"""


def make_unreadable(lead_id, now) -> Activity:
    """Add a fact that no judge can read."""
    return Activity.objects.create(lead_id=lead_id, kind=Kind.STAGE_SET, occurred_at=now, recorded_at=now, payload={})


def refuse_handovers() -> None:
    with connection.cursor() as cursor:
        cursor.execute(REFUSE_HANDOVERS)


def accept_handovers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON sales_handover")


def statements(now) -> int:
    """Return with how many statements the leads that are due are judged."""
    with CaptureQueriesContext(connection) as spent:
        pipeline.advance_batch(now=now)
    return len(spent)


def test_a_lead_that_cannot_be_read_costs_the_others_no_second_try(now) -> None:
    for n in range(40):
        captured(email=f"first{n}@work.example", now=now)
    usual = statements(now)
    leads = {captured(email=f"lead{n}@work.example", now=now).lead_id for n in range(40)}
    bad = sorted(leads)[17]
    make_unreadable(bad, now)

    spent = statements(now)

    assert set(LeadState.objects.filter(lead__in=leads).values_list("lead_id", flat=True)) == leads - {bad}
    assert "KeyError" in Mark.objects.get(lead=bad).error
    assert spent <= usual + 1


def test_one_that_cannot_be_handed_over_is_judged_and_keeps_its_mark_and_the_others_are_handed_over(now) -> None:
    good = {request_demo(f"lead{n}@work.example", now) for n in range(5)}
    bad = request_demo("bad@work.example", now)
    refuse_handovers()

    pipeline.advance_marked_leads(now=now)

    assert set(Handover.objects.values_list("lead_id", flat=True)) == good
    assert LeadState.objects.get(lead=bad).stage == "sql"
    kept = Mark.objects.filter(lead=bad, is_time=False)
    assert [(mark.attempts, "refused" in mark.error) for mark in kept] == [(1, True), (1, True)]

    accept_handovers()
    pipeline.advance_marked_leads(now=now + minutes(1))

    assert Handover.objects.filter(lead=bad).count() == Transition.objects.filter(lead=bad).count() == 1
    assert not Mark.objects.filter(is_time=False).exists()


def test_what_was_put_off_is_in_nobodys_batch_until_it_was_judged(now) -> None:
    bad = captured(email="bad@work.example", now=now).lead_id
    make_unreadable(bad, now)
    pipeline.advance_marked_leads(now=now)
    good = captured(email="good@work.example", now=now).lead_id
    captured(email="bad@work.example", now=now)

    assert services.begin_look(now=now + minutes(5), limit=500).lead_ids == [good]
    assert services.begin_lone_look(now=now + minutes(5)).lead_ids == [bad]


def test_when_it_can_be_judged_it_is_one_of_the_others_again(now) -> None:
    bad = captured(email="bad@work.example", now=now).lead_id
    fact = make_unreadable(bad, now)
    pipeline.advance_marked_leads(now=now)
    pipeline.advance_marked_leads(now=now + minutes(1))
    assert Mark.objects.get(lead=bad).attempts == 2
    assert Suspect.objects.filter(lead=bad).exists()

    fact.delete()
    pipeline.advance_marked_leads(now=now + minutes(6))

    assert LeadState.objects.filter(lead=bad).exists()
    assert not Suspect.objects.exists() and not Mark.objects.exclude(error="").exists()


def test_its_new_answers_are_adopted_when_it_is_judged_at_last(now) -> None:
    bad = captured(email="ada@work.example", now=now, fields={"company": "Example GmbH"}).lead_id
    pipeline.advance_marked_leads(now=now)
    fact = make_unreadable(bad, now)
    captured(email="ada@work.example", now=now + minutes(1), fields=DEMO)
    pipeline.advance_marked_leads(now=now + minutes(1))
    assert Mark.objects.exclude(error="").get().lead_id == bad

    fact.delete()
    pipeline.advance_marked_leads(now=now + minutes(2))

    assert Lead.objects.get().job_title == DEMO["job_title"]


def test_rescore_takes_what_was_put_off_for_one_of_the_others(now) -> None:
    bad = captured(email="bad@work.example", now=now).lead_id
    make_unreadable(bad, now)
    pipeline.advance_marked_leads(now=now)

    call_command("rescore")

    assert not Suspect.objects.exists()
    assert services.begin_look(now=Mark.objects.get(lead=bad).due_at, limit=500).lead_ids == [bad]


def test_where_a_person_waits_for_it_the_error_is_raised_and_nothing_is_written(now) -> None:
    bad = captured(email="bad@work.example", now=now).lead_id
    make_unreadable(bad, now)

    with pytest.raises(KeyError):
        pipeline.advance(lead_ids=[bad], now=now)

    assert not LeadState.objects.exists() and not Suspect.objects.exists()
