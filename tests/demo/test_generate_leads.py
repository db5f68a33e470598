"""Made-up leads are copies of what the product itself made, and stand the rules' second look."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from leadcrm import pipeline
from leadcrm.demo.play import load_sample_data
from leadcrm.synthetic.copies import generate_leads
from leads.kinds import Kind
from leads.models import Activity, Lead, LeadState, Transition
from sales.models import Handover
from tests.factories.leads import LeadFactory

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
COUNT, ACTIVITIES = 400, 6
# What is stored may be five points old, and a copy's points have faded for up to an hour more.
FADED = 520


@pytest.fixture
def made(db):
    load_sample_data(now=NOW, leads=12, days=20)
    return generate_leads(count=COUNT, activities=ACTIVITIES, now=NOW)


def states() -> dict:
    rows = LeadState.objects.values_list("lead_id", "stage", "temperature", "grade", "fit", "engagement")
    return {row[0]: row[1:] for row in rows}


def test_every_copy_is_a_person_of_its_own_with_facts_and_judgement(made) -> None:
    assert made["leads_lead"] == made["leads_leadstate"] == COUNT
    assert Lead.objects.values("email_key").distinct().count() == COUNT
    assert all(lead.email.endswith(".example") for lead in Lead.objects.all())
    assert Activity.objects.filter(lead__is_sample=False).count() >= (COUNT - 12) * ACTIVITIES
    assert not Activity.objects.filter(occurred_at__gt=NOW).exists()

    moves = Transition.objects.filter(activity__isnull=False).select_related("activity")
    opened = Activity.objects.filter(kind=Kind.HANDOVER_OPENED)
    of_lead = {str(pk): lead for pk, lead in Handover.objects.values_list("pk", "lead_id")}

    assert moves and all(move.activity.lead_id == move.lead_id for move in moves)
    assert opened and all(of_lead[fact.payload["handover"]] == fact.lead_id for fact in opened)


def test_judging_the_copies_again_moves_none_of_them(made) -> None:
    before = states()

    pipeline.advance(lead_ids=list(before), now=NOW)

    after = states()
    assert {lead: state[:4] for lead, state in after.items()} == {lead: state[:4] for lead, state in before.items()}
    assert max(abs(after[lead][4] - before[lead][4]) for lead in before) <= FADED
    assert Transition.objects.filter(at=NOW).count() == 0
    newest = Activity.objects.create(lead_id=next(iter(before)), kind=Kind.NOTE_ADDED, occurred_at=NOW, recorded_at=NOW)
    assert newest.pk > max(Activity.objects.exclude(pk=newest.pk).values_list("pk", flat=True))


def test_a_database_with_leads_of_its_own_is_left_alone(db) -> None:
    LeadFactory()

    with pytest.raises(CommandError, match="thrown away"):
        call_command("generate_leads", leads=10)

    assert Lead.objects.count() == 1
