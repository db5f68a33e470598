"""Every rule reads as a sentence."""

import pytest

from scoring.engine import BehaviorRule, ProfileRule, TriggerRule
from scoring.engine.sentences import behavior_sentence, condition, fit_sentence, trigger_sentence


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (("job_level", "at_least", "head", 2_000), "+20 when the job title is head-of level or above"),
        (("job_level", "is", "manager", 1_250), "+12.5 when the job title is manager level"),
        (
            ("email_domain_kind", "is", "free", -1_000),
            "\N{MINUS SIGN}10 when the e-mail address is at a free mail service",
        ),
        (("company", "known", None, 500), "+5 when the company is known"),
        (("country", "in", ("DE", "AT", "CH"), 500), "+5 when the country is DE, AT or CH"),
        (("job_title", "matches_word", ("sales", "crm"), 500), "+5 when the job title names sales or crm"),
        (("attributes.company_size", "at_least", 50, 500), "+5 when the company size is at least 50"),
    ],
)
def test_fit_rules(rule, sentence):
    field, operator, value, points = rule

    assert fit_sentence(ProfileRule("key", "Name", field, operator, value, points)) == sentence


def test_behavior_rules():
    third = BehaviorRule(
        "key",
        "Name",
        "page_viewed",
        1_500,
        conditions={"path": "/pricing*"},
        count=3,
        within_days=7,
        limit=1,
        limit_days=7,
    )

    assert behavior_sentence(third) == (
        "+15 for the third page view (/pricing*) within 7 days, at most once a week, halves every 30 days"
    )
    assert behavior_sentence(BehaviorRule("key", "Name", "email_replied", 800)) == (
        "+8 for each reply to an e-mail, halves every 30 days"
    )


def test_triggers_and_disqualifiers():
    asked = TriggerRule("key", "Name", "demo_requested", "sql", "hot")
    disposable = ProfileRule("key", "Name", "email_domain_kind", "is", "disposable")

    assert trigger_sentence(asked) == (
        "Asked for a demo within the last 14 days and fit is A, B or not known: SQL and hot at once"
    )
    assert condition(disposable) == "the e-mail address is a disposable address"
