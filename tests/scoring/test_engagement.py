"""What a lead does gives points that fade, within windows, limits, caps and 0 to 100."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scoring.engine import BehaviorRule, CompiledRuleSet, Fact, Group, RuleSetDefinition, judge

VIEW = BehaviorRule("view", "Viewed pricing", "page_viewed", 1_500, conditions={"path": "/pricing*"})


def rules_of(*behavior_rules: BehaviorRule, **changes) -> CompiledRuleSet:
    return CompiledRuleSet(RuleSetDefinition(version=1, behavior_rules=behavior_rules, **changes))


def views(at: datetime, *days_ago: float, **payload) -> list[Fact]:
    return [
        Fact(n, "page_viewed", at - timedelta(days=d), at - timedelta(days=d), {"path": "/pricing", **payload})
        for n, d in enumerate(days_ago, start=1)
    ]


def remaining(judgement) -> list[tuple[str, int]]:
    return [(line.kind, line.remaining) for line in judgement.engagement_lines]


@pytest.mark.parametrize(
    ("days_ago", "left"), [(0, 1_500), (15, 1_061), (30, 750), (60, 375), (90, 188), (120, 94), (400, 0)]
)
def test_points_halve_every_half_life_and_round_half_to_even(days_ago, left, now):
    judgement = judge(views(now, days_ago), {}, rules_of(VIEW), now)

    assert judgement.engagement == left


def test_the_third_view_within_seven_days_earns(now):
    third = replace(VIEW, count=3, within_days=7)

    assert judge(views(now, 2, 1), {}, rules_of(third), now).engagement == 0
    assert judge(views(now, 2, 1, 0), {}, rules_of(third), now).engagement == 1_500
    assert judge(views(now, 7, 1, 0), {}, rules_of(third), now).engagement == 0


def test_an_earned_line_fades_and_does_not_vanish_with_its_window(now):
    third = replace(VIEW, count=3, within_days=7)

    judgement = judge(views(now, 32, 31, 30), {}, rules_of(third), now)

    assert judgement.engagement == 750


def test_facts_that_earned_are_used_up(now):
    third = replace(VIEW, count=3, within_days=7)

    judgement = judge(views(now, 5, 4, 3, 2, 1), {}, rules_of(third), now)

    assert len(judgement.earnings) == 1


def test_a_limit_keeps_more_from_counting_and_says_so(now):
    once = replace(VIEW, limit=1, limit_days=7)

    judgement = judge(views(now, 3, 2, 1), {}, rules_of(once), now)

    assert [line.occurred_at for line in judgement.engagement_lines] == [now - timedelta(days=3), None]
    assert judgement.engagement_lines[-1].text == "Viewed pricing: 2 more not counted, at most once a week"
    assert judgement.engagement_lines[-1].remaining == 0


def test_a_group_gives_at_most_its_cap(now):
    capped = rules_of(replace(VIEW, group="web"), groups=(Group("web", "Website", 2_000),))

    judgement = judge(views(now, 0, 0), {}, capped, now)

    assert remaining(judgement) == [("rule", 1_500), ("rule", 1_500), ("cap", -1_000)]
    assert judgement.engagement == 2_000


def test_a_score_is_at_most_100_and_at_least_0(now):
    praise, shame = replace(VIEW, points=9_000), replace(VIEW, points=-500)

    high, low = judge(views(now, 0, 0), {}, rules_of(praise), now), judge(views(now, 0), {}, rules_of(shame), now)

    assert (high.engagement, remaining(high)[-1]) == (10_000, ("clamp", -8_000))
    assert (low.engagement, remaining(low)[-1]) == (0, ("clamp", 500))


@pytest.mark.parametrize(
    "payload", [{"path": "/blog"}, {"machine": True}, {"path": "/"}], ids=["other page", "machine", "home"]
)
def test_other_pages_and_machines_do_not_count(payload, now):
    assert judge(views(now, 1, **payload), {}, rules_of(VIEW), now).engagement == 0


def test_undone_facts_do_not_count(now):
    undone = Fact(9, "undone", now, now, {"undoes": 1})

    assert judge([*views(now, 1), undone], {}, rules_of(VIEW), now).engagement == 0


def test_what_happens_or_is_known_later_does_not_exist_yet(now):
    facts, rules = views(now, 1), rules_of(VIEW)

    assert judge(facts, {}, rules, now - timedelta(days=2)).engagement == 0
    assert judge(facts, {}, rules, now, now - timedelta(days=2)).engagement == 0


def test_a_path_without_a_star_means_the_path_and_what_lies_below(now):
    rules = rules_of(replace(VIEW, conditions={"path": "/pricing"}))

    below, beside = views(now, 0, path="/pricing/teams?x=1"), views(now, 0, path="/pricing-old")

    assert judge(below, {}, rules, now).engagement == 1_500
    assert judge(beside, {}, rules, now).engagement == 0
