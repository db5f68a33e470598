"""The receipt says why a lead has its score, now and on any past day."""

from datetime import timedelta

import pytest

from leads.kinds import Kind
from leads.models import LeadState, Transition
from leads.selectors import engine_facts
from leads.services import apply_judgements, edit_lead
from scoring.api import receipt_json
from scoring.models import RuleSet
from scoring.selectors import receipt, shown_receipt
from scoring.services import judge_leads
from tests.scoring.conftest import did

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_rules")]


def advance(lead, now):
    """Judge and apply as the pipeline does."""
    facts = engine_facts([lead.pk])
    apply_judgements(judged=judge_leads(leads=[lead], facts=facts, now=now), facts=facts, now=now)


def test_lines_add_up_to_the_stored_score(lead, now):
    advance(lead, now)
    state = LeadState.objects.get(pk=lead.pk)

    shown = shown_receipt(lead, now=now + timedelta(hours=5))

    assert shown.scored_at == now
    assert sum(line.remaining for line in shown.fit_lines) == shown.fit == state.fit == 8_500
    assert sum(line.remaining for line in shown.engagement_lines) == shown.engagement == state.engagement
    assert (shown.grade, shown.level, shown.stage) == (state.grade, state.level, state.stage)
    assert shown.next_change_at == state.next_change_at


def test_a_lead_that_was_never_judged_has_a_receipt_too(lead, now):
    shown = shown_receipt(lead, now=now)

    assert (shown.scored_at, shown.stage) == (now, "mql")


def test_a_line_says_what_when_and_how_it_fades_and_links_to_its_rule(lead, now):
    guide = next(line for line in receipt(lead, at=now).engagement_lines if line.rule == "guide-requested")

    assert guide.what == "Asked for a guide: ROI guide"
    assert guide.at == now - timedelta(days=30)
    assert (guide.points, guide.remaining) == (500, 250)
    assert guide.note == "was +5"
    assert guide.url == "/scoring/#rule-guide-requested"


def test_a_past_day_is_judged_by_what_was_known_then(lead, now):
    edit_lead(lead=lead, changes={"job_title": "Student", "company": ""}, by=None, now=now)
    lead.refresh_from_db()

    before, after = receipt(lead, at=now - timedelta(days=1)), receipt(lead, at=now)

    assert (before.fit, after.fit) == (8_500, 1_000)


def test_facts_learned_later_can_be_left_out_or_taken_in(lead, now):
    late = did(lead, Kind.WEBINAR_ATTENDED, now)
    late.occurred_at = now - timedelta(days=5)
    type(late).objects.filter(pk=late.pk).update(occurred_at=late.occurred_at)
    day = now - timedelta(days=4)

    as_it_was, as_we_know_now = receipt(lead, at=day), receipt(lead, at=day, known_at=now)

    assert "webinar-attended" not in [line.rule for line in as_it_was.engagement_lines]
    assert "webinar-attended" in [line.rule for line in as_we_know_now.engagement_lines]


def test_the_stage_on_a_past_day_is_the_one_the_lead_was_in(lead, now):
    advance(lead, now)
    Transition.objects.filter(lead=lead).update(at=now - timedelta(days=2))

    assert receipt(lead, at=now - timedelta(days=3)).stage == "new"
    assert receipt(lead, at=now - timedelta(days=1)).stage == "mql"


def test_a_past_day_is_judged_by_the_rules_of_that_day(lead, now):
    first = RuleSet.objects.get()
    RuleSet.objects.update(state="retired", published_at=now - timedelta(days=9), retired_at=now - timedelta(hours=1))
    RuleSet.objects.create(
        version=2, state="live", matrix=first.matrix, created_at=now, published_at=now - timedelta(hours=1)
    )

    assert receipt(lead, at=now - timedelta(days=1)).rule_set_version == 1
    assert receipt(lead, at=now).rule_set_version == 2


def test_the_api_gives_the_promised_shape(lead, now):
    answer = receipt_json(receipt(lead, at=now))

    assert set(answer) == {
        "fit",
        "engagement",
        "stage",
        "temperature",
        "scored_at",
        "next_change_at",
        "to_next_stage",
    }
    assert set(answer["engagement"]) == {"score", "level", "lines"}
    assert answer["fit"]["score"] == 85
    assert answer["fit"]["grade"] == "A"
    assert answer["fit"]["lines"][0] == {
        "rule": "work-email",
        "text": "Work e-mail address",
        "occurred_at": None,
        "points": 40,
        "remaining": 40,
    }
    assert answer["to_next_stage"]["stage"] == "sql"


def test_judging_a_batch_takes_one_query(lead, now, django_assert_num_queries):
    facts = engine_facts([lead.pk])
    judge_leads(leads=[lead], facts=facts, now=now)

    with django_assert_num_queries(1):
        (judged,) = judge_leads(leads=[lead] * 50, facts=facts, now=now)[:1]

    assert (judged.lead_id, judged.grade, judged.stage, judged.cause_kind) == (lead.pk, "A", "mql", "matrix")
    assert judged.cause == "Fit A and engagement level 2 make MQL"
    assert judged.rule_set_version == 1


def test_hold_hours_read_where_the_lead_stands(lead, now):
    RuleSet.objects.update(hold_hours=6, published_at=now)
    advance(lead, now)
    waiting = LeadState.objects.get(pk=lead.pk)

    advance(lead, now + timedelta(hours=6))

    assert (waiting.stage, waiting.candidate_stage, waiting.next_change_at) == ("new", "mql", now + timedelta(hours=6))
    assert LeadState.objects.get(pk=lead.pk).stage == "mql"


def test_a_long_history_is_folded_without_changing_the_sum(lead, now):
    for hours_ago in range(400, 0, -24):
        did(lead, Kind.EMAIL_CLICKED, now - timedelta(hours=hours_ago), subject="News")

    shown = receipt(lead, at=now)

    assert len(shown.engagement_shown) < len(shown.engagement_lines)
    assert sum(line.remaining for line in shown.engagement_shown) == shown.engagement
    assert any(line.what.endswith("older ones") for line in shown.engagement_shown)
