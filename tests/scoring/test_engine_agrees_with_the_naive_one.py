"""The fast engine and a simple one written straight from the design say the same of random leads."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.engine import CompiledRuleSet, judge
from tests.scoring import naive
from tests.scoring.strategies import NOW, facts, holds, profiles, rule_sets

HALF_LIVES = st.sampled_from((0.5, 7, 30, 30, 90))
SLOW_START = (HealthCheck.too_slow,)
SAMPLE = settings(max_examples=120, deadline=None, suppress_health_check=SLOW_START)
SMALL_SAMPLE = settings(SAMPLE, max_examples=40)


@given(rule_sets(HALF_LIVES), profiles, facts(timedelta(days=60)), holds, st.sampled_from((0, 0, 30)))
@SAMPLE
def test_the_engine_agrees_with_the_naive_one(definition, profile, history, hold, known_before_days):
    known_at = NOW - timedelta(days=known_before_days)

    expected = naive.judge(history, profile, definition, NOW, known_at=known_at, hold=hold)
    judgement = judge(history, profile, CompiledRuleSet(definition), NOW, known_at, hold=hold)

    assert {
        "fit": judgement.fit,
        "grade": judgement.grade,
        "engagement": judgement.engagement,
        "level": judgement.level,
        "stage": judgement.stage,
        "temperature": judgement.temperature,
        "cause": (judgement.cause_kind, judgement.cause_key),
        "evidence_after": judgement.evidence_after,
        "fit_lines": sorted((line.rule, line.remaining) for line in judgement.fit_lines),
        "engagement_lines": sorted(
            (line.rule, line.remaining) for line in judgement.engagement_lines if line.kind != "limit"
        ),
    } == expected


@given(rule_sets(HALF_LIVES), profiles, facts(timedelta(days=60)))
@SMALL_SAMPLE
def test_lines_add_up_to_the_score_exactly(definition, profile, history):
    judgement = judge(history, profile, CompiledRuleSet(definition), NOW)

    assert sum(line.remaining for line in judgement.fit_lines) == judgement.fit
    assert sum(line.remaining for line in judgement.engagement_lines) == judgement.engagement
    assert 0 <= judgement.fit <= 10_000
    assert 0 <= judgement.engagement <= 10_000


@given(rule_sets(HALF_LIVES), profiles, facts(timedelta(days=60)), st.randoms(use_true_random=False))
@SMALL_SAMPLE
def test_the_order_in_which_facts_come_does_not_matter(definition, profile, history, random):
    rules, shuffled = CompiledRuleSet(definition), list(history)
    random.shuffle(shuffled)

    in_order, out_of_order = judge(history, profile, rules, NOW), judge(shuffled, profile, rules, NOW)

    assert out_of_order.lines == in_order.lines
    assert out_of_order.next_change_at == in_order.next_change_at
