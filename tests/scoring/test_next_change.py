"""``next_change_at`` is right to the second, against a clock that tries every second."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.engine import CompiledRuleSet, judge
from tests.scoring.strategies import NOW, facts, holds, profiles, rule_sets

SECONDS = 1_200
MINUTE_DAYS = 1 / 1_440
SLOW_START = (HealthCheck.too_slow,)


def what_shows(judgement):
    """What a screen shows without the points."""
    return judgement.stage, judgement.temperature, judgement.grade, judgement.level, judgement.cause_key


def is_different(later, first):
    """Say whether a later judgement differs in a way that asks for a new look."""
    return what_shows(later) != what_shows(first) or abs(later.engagement - first.engagement) >= 500


@given(
    rule_sets(st.sampled_from((3 * MINUTE_DAYS, 10 * MINUTE_DAYS, 30 * MINUTE_DAYS)), hold_hours=(0,)),
    profiles,
    facts(timedelta(minutes=40), ahead=timedelta(minutes=20), max_size=8),
    st.timedeltas(timedelta(0), timedelta(seconds=2)),
)
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW_START)
def test_nothing_changes_before_it_and_something_may_change_at_it(definition, profile, history, offset):
    rules, at = CompiledRuleSet(definition), NOW + offset
    first = judge(history, profile, rules, at)

    second = at.replace(microsecond=0)
    for _ in range(SECONDS):
        second += timedelta(seconds=1)
        if first.next_change_at is not None and second >= first.next_change_at:
            break
        assert not is_different(judge(history, profile, rules, second, look_ahead=False), first), second

    if first.next_change_at is not None:
        assert first.next_change_at > at
        assert first.next_change_at.microsecond == 0
        later = judge(history, profile, rules, first.next_change_at, look_ahead=False)
        assert is_different(later, first) or becomes_due(history, at, first.next_change_at)


def becomes_due(history, at, moment):
    """Say whether a verdict takes effect, or a fact begins to exist, in the second up to ``moment``."""
    due = [
        fact.occurred_at + timedelta(minutes=10) for fact in history if fact.kind.startswith(("handover", "outcome"))
    ]
    begins = [max(fact.occurred_at, fact.recorded_at) for fact in history]
    due += [each for each in begins if each > at]
    return any(moment - timedelta(seconds=1) < each <= moment for each in due)


@given(
    rule_sets(st.sampled_from((7, 30, 30, 90))),
    profiles,
    facts(timedelta(days=60)),
    holds,
    st.lists(st.floats(0, 1), min_size=20, max_size=20),
)
@settings(max_examples=100, deadline=None, suppress_health_check=SLOW_START)
def test_with_real_half_lives_the_second_before_shows_the_same(definition, profile, history, hold, shares):
    rules = CompiledRuleSet(definition)
    first = judge(history, profile, rules, NOW, hold=hold)
    hold = first.decision.hold_after(hold)
    until = first.next_change_at or NOW + timedelta(days=2_000)

    for moment in [NOW + (until - NOW) * share for share in shares if share < 1] + [until - timedelta(seconds=1)]:
        if moment < until:
            assert not is_different(judge(history, profile, rules, moment, hold=hold, look_ahead=False), first)
    if first.next_change_at is not None:
        later = judge(history, profile, rules, until, hold=hold, look_ahead=False)
        assert is_different(later, first) or becomes_due(history, NOW, until)
