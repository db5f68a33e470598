"""Disqualifiers beat triggers, triggers beat the matrix, and a verdict asks for new evidence."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scoring.engine import CompiledRuleSet, Fact, Hold, judge
from scoring.starter import STARTER

RULES = CompiledRuleSet(STARTER)
FIT_A = {"email": "a@company.example", "job_title": "Head of Sales", "company": "Company"}
FIT_C = {"email": "a@company.example", "job_title": "Student"}


def fact(number: int, kind: str, at: datetime, **payload) -> Fact:
    return Fact(number, kind, at, at, payload)


def eager(at: datetime) -> list[Fact]:
    """Enough for engagement level 1 without any request."""
    kinds = ("webinar_attended", "webinar_attended", "email_replied", "call_logged")
    return [fact(n, kind, at - timedelta(days=1, minutes=n)) for n, kind in enumerate(kinds, start=1)]


@pytest.mark.parametrize("kind", ["demo_requested", "contact_requested"])
@pytest.mark.parametrize("profile", [FIT_A, {"phone": "+49 30 000"}], ids=["fit A", "fit not known"])
def test_a_request_makes_sql_and_hot_at_once_for_14_days(kind, profile, now):
    ends_at = now + timedelta(days=14)

    judgement = judge([fact(1, kind, now)], profile, RULES, now)
    last_second = judge([fact(1, kind, now)], profile, RULES, ends_at - timedelta(seconds=1))

    assert (judgement.stage, judgement.temperature, judgement.cause_kind) == ("sql", "hot", "trigger")
    assert last_second.cause_kind == "trigger"
    assert judge([fact(1, kind, now)], profile, RULES, ends_at).cause_kind == "matrix"
    assert last_second.next_change_at == ends_at


def test_a_request_with_fit_c_is_left_to_the_matrix(now):
    judgement = judge([fact(1, "demo_requested", now)], FIT_C, RULES, now)

    assert (judgement.grade, judgement.cause_kind) == ("C", "matrix")


def test_nothing_known_makes_the_row_of_unknown_fit(now):
    profile = {"phone": "+49 30 000"}

    judgement = judge(eager(now), profile, RULES, now)

    assert (judgement.fit, judgement.grade, judgement.fit_lines) == (0, "?", [])
    assert (judgement.level, judgement.stage, judgement.temperature) == (1, "mql", "warm")


@pytest.mark.parametrize(
    ("kind", "payload", "asks"),
    [
        ("handover_rejected", {"reason": 2}, True),
        ("handover_rejected", {"reason": 6}, True),
        ("handover_rejected", {"reason": 1}, False),
        ("handover_rejected", {"reason": 7}, False),
        ("handover_rejected", {"reason": 8}, False),
        ("handover_recycled", {}, True),
        ("outcome_lost", {"reason": 1}, True),
        ("outcome_won", {}, False),
    ],
)
def test_which_verdicts_ask_for_new_evidence(kind, payload, asks, now):
    said_at = now - timedelta(hours=1)

    judgement = judge([*eager(now), fact(9, kind, said_at, **payload)], FIT_A, RULES, now)

    assert judgement.evidence_after == (said_at if asks else None)
    assert judgement.stage == ("mql" if asks else "sql")


def test_a_verdict_takes_effect_after_ten_minutes_unless_undone(now):
    facts = [*eager(now), fact(9, "handover_rejected", now, reason=4)]
    undone = [*facts, fact(10, "undone", now + timedelta(minutes=5), undoes=9)]
    effect_at = now + timedelta(minutes=10)

    pending = judge(facts, FIT_A, RULES, now)

    assert (pending.stage, pending.next_change_at) == ("sql", effect_at)
    assert judge(facts, FIT_A, RULES, effect_at).stage == "mql"
    assert judge(undone, FIT_A, RULES, effect_at).stage == "sql"


def test_a_verdict_says_itself_when_it_takes_effect(now):
    effect_at = now + timedelta(minutes=3)
    facts = [*eager(now), fact(9, "handover_recycled", now, effective_at=effect_at.isoformat())]

    assert judge(facts, FIT_A, RULES, now).next_change_at == effect_at
    assert judge(facts, FIT_A, RULES, effect_at).evidence_after == now


def test_after_a_verdict_only_new_evidence_makes_sql(now):
    verdict_at = now - timedelta(days=2)
    facts = [*eager(verdict_at), fact(9, "demo_requested", verdict_at - timedelta(hours=1))]
    facts += [fact(10, "handover_rejected", verdict_at, reason=4)]

    old_request = judge(facts, FIT_A, RULES, now)
    few_points = judge([*facts, fact(11, "form_submitted", now)], FIT_A, RULES, now)
    enough_points = judge([*facts, fact(11, "webinar_attended", now)], FIT_A, RULES, now)
    new_request = judge([*facts, fact(11, "demo_requested", now)], FIT_A, RULES, now)

    assert [each.stage for each in (old_request, few_points, enough_points, new_request)] == [
        "mql",
        "mql",
        "sql",
        "sql",
    ]
    assert "new interest" in old_request.cause
    assert new_request.temperature == "hot"


def test_the_day_a_recycled_lead_comes_back_is_a_next_change(now):
    recycle_on = (now + timedelta(days=3)).date()
    facts = [fact(1, "handover_recycled", now - timedelta(days=1), recycle_on=recycle_on.isoformat())]

    assert judge(facts, FIT_A, RULES, now).next_change_at.date() == recycle_on


def test_a_stage_rises_only_after_the_hold_hours_and_triggers_skip_them(now):
    slow = CompiledRuleSet(replace(STARTER, hold_hours=6))
    facts = eager(now)

    first = judge(facts, FIT_A, slow, now, hold=Hold("iql"))
    hold = Hold("iql", first.candidate_stage, first.candidate_since)
    later = judge(facts, FIT_A, slow, now + timedelta(hours=6), hold=hold)
    request = judge([*facts, fact(9, "demo_requested", now)], FIT_A, slow, now, hold=Hold("iql"))

    assert (first.stage, first.candidate_stage, first.candidate_since) == ("iql", "sql", now)
    assert first.next_change_at == now + timedelta(hours=6)
    assert (later.stage, later.candidate_stage) == ("sql", "")
    assert request.stage == "sql"


def test_nothing_changes_by_itself_without_engagement(now):
    assert judge([], FIT_A, RULES, now).next_change_at is None
