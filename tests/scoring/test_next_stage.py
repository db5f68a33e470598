"""The distance to the next stage, in points and in one sentence."""

from datetime import timedelta

import pytest

from scoring.engine import BehaviorRule, CompiledRuleSet, Fact, ProfileRule, RuleSetDefinition, judge, next_stage
from scoring.starter import TRIGGERS

DID = BehaviorRule("did", "Did something", "note_added", 100)


def at_points(now, *, fit: int, engagement: int, facts=(), triggers=TRIGGERS[:1]):
    """Judge a lead that has exactly these points."""
    definition = RuleSetDefinition(
        version=1,
        fit_rules=(ProfileRule("known", "Known", "company", "known", None, fit),) if fit else (),
        behavior_rules=(BehaviorRule("did", "Did something", "note_added", engagement),) if engagement else (),
        triggers=triggers,
    )
    rules = CompiledRuleSet(definition)
    done = [Fact(1, "note_added", now, now, {}), *facts]
    judgement = judge(done, {"company": "Company"}, rules, now + timedelta(0))
    return judgement, rules


@pytest.mark.parametrize(
    ("fit", "engagement", "stage", "text"),
    [
        (8_200, 5_400, "sql", "Needs 6 more engagement points for SQL. A demo request would do it at once."),
        (8_200, 5_950, "sql", "Needs 1 more engagement point for SQL. A demo request would do it at once."),
        (8_200, 1_000, "mql", "Needs 20 more engagement points for MQL. A demo request would make it SQL at once."),
        (5_000, 6_500, "sql", "Needs 20 more fit points for SQL. A demo request would do it at once."),
        (
            5_000,
            5_000,
            "sql",
            "Needs 10 more engagement points and 20 more fit points for SQL. A demo request would do it at once.",
        ),
        (2_000, 1_000, "iql", "Needs 20 more engagement points for IQL."),
        (0, 1_000, "mql", "Needs 50 more engagement points for MQL. A demo request would make it SQL at once."),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(fit, engagement, stage, text, now):
    judgement, rules = at_points(now, fit=fit, engagement=engagement)

    distance = next_stage(judgement, rules)

    assert (distance.stage, distance.text) == (stage, text)


def test_the_stage_the_lead_is_in_counts_and_not_what_the_rules_say_now(now):
    judgement, rules = at_points(now, fit=8_200, engagement=1_000)

    assert next_stage(judgement, rules, "mql").stage == "sql"
    assert next_stage(judgement, rules, "sql") is None
    assert next_stage(judgement, rules, "customer") is None


def test_after_a_verdict_new_engagement_is_asked_for(now):
    verdict = Fact(2, "outcome_lost", now - timedelta(hours=1), now - timedelta(hours=1), {})
    early = Fact(1, "note_added", now - timedelta(hours=2), now - timedelta(hours=2), {})
    definition = RuleSetDefinition(
        version=1,
        fit_rules=(ProfileRule("known", "Known", "company", "known", None, 8_000),),
        behavior_rules=(BehaviorRule("did", "Did something", "note_added", 9_000),),
    )
    rules = CompiledRuleSet(definition)

    judgement = judge([early, verdict], {"company": "Company"}, rules, now)

    assert judgement.stage == "mql"
    assert next_stage(judgement, rules).text == "Needs 15 new engagement points for SQL."
