"""The worked example of the rules page and of ``docs/scoring.md``: a lead that never was, judged by the engine."""

from datetime import datetime, timedelta
from typing import Any

from scoring.engine import CompiledRuleSet, Fact, Judgement, judge

PERSON = {
    "email": "m.example@company.example",
    "first_name": "M.",
    "last_name": "Example",
    "company": "Company",
    "job_title": "Head of Operations",
}
# kind, days ago, payload
HISTORY: tuple[tuple[str, float, dict[str, Any]], ...] = (
    ("form_submitted", 30, {"offer_mail": True, "offer_name": "ROI guide"}),
    ("email_clicked", 15, {"subject": "Three questions"}),
    ("page_viewed", 3, {"path": "/pricing"}),
    ("page_viewed", 2, {"path": "/pricing"}),
    ("page_viewed", 0.25, {"path": "/pricing"}),
)


def worked_example(rules: CompiledRuleSet, *, now: datetime) -> Judgement:
    """Return the judgement of the example lead at ``now``."""
    facts = [
        Fact(number, kind, now - timedelta(days=days_ago), now - timedelta(days=days_ago), payload)
        for number, (kind, days_ago, payload) in enumerate(HISTORY)
    ]
    return judge(facts, PERSON, rules, now)
