"""A new installation has version 1 of the rules live, and it says what the engine's own copy says."""

import pytest
from django.db import IntegrityError

from scoring.engine import CompiledRuleSet, judge
from scoring.models import RuleSet
from scoring.selectors import live_rules
from scoring.services import ensure_starter_rules
from scoring.starter import STARTER

RULES = CompiledRuleSet(STARTER)


@pytest.mark.usefixtures("starter_rules")
def test_every_installation_has_version_1_live(now):
    rule_set = RuleSet.objects.get()

    assert (rule_set.version, rule_set.state) == (1, RuleSet.State.LIVE)
    assert live_rules().definition == STARTER


@pytest.mark.usefixtures("starter_rules")
def test_starter_rules_are_published_only_where_there_are_none(now):
    assert ensure_starter_rules(now=now) is False

    RuleSet.objects.all().delete()

    assert ensure_starter_rules(now=now) is True
    assert RuleSet.objects.get().published_at == now


@pytest.mark.usefixtures("starter_rules")
def test_without_a_live_version_the_starter_rules_hold(now):
    RuleSet.objects.all().delete()

    assert live_rules().definition == STARTER


@pytest.mark.usefixtures("starter_rules")
def test_at_most_one_version_is_live(now):
    first = RuleSet.objects.get()

    with pytest.raises(IntegrityError):
        RuleSet.objects.create(
            version=2, state=RuleSet.State.LIVE, matrix=first.matrix, created_at=now, published_at=now
        )


@pytest.mark.usefixtures("starter_rules")
def test_a_newly_published_version_is_used_at_once(now):
    first = live_rules()
    RuleSet.objects.update(state=RuleSet.State.RETIRED, retired_at=now)
    old = RuleSet.objects.get()
    RuleSet.objects.create(version=2, state="live", matrix=old.matrix, created_at=now, published_at=now)

    assert (first.version, live_rules().version) == (1, 2)


@pytest.mark.parametrize(
    ("profile", "grade"),
    [
        ({"email": "a@company.example", "job_title": "Head of IT"}, "B"),
        ({"email": "a@company.example", "job_title": "Head of Sales"}, "A"),
        ({"email": "a@company.example", "job_title": "Leiterin Vertrieb", "company": "Company"}, "A"),
        ({"email": "a@company.example"}, "B"),
        ({"email": "a@company.example", "job_title": "Student"}, "C"),
        ({"email": "a@gmail.com"}, "?"),
        ({"phone": "+49 30 000"}, "?"),
        ({"email": "a@gmail.com", "job_title": "Clerk"}, "C"),
    ],
)
def test_grades_of_typical_people(profile, grade, now):
    assert judge([], profile, RULES, now).grade == grade


def test_a_disposable_address_is_disqualified(now):
    judgement = judge([], {"email": "a@mailinator.com", "job_title": "CEO"}, RULES, now)

    assert (judgement.stage, judgement.temperature, judgement.cause_kind) == ("disqualified", "cold", "disqualifier")
