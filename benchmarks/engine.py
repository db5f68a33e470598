"""Facts judged per second by the pure engine: ``python -m benchmarks.engine``.

Leads get random histories of a fixed length and the starter rules. Figures are processor time, the best of several
rounds, so that a busy machine disturbs them little. "numbers only" leaves out the search for the next change.
"""

import random
import time
from datetime import UTC, datetime, timedelta

from benchmarks.results import Result, hand_over
from scoring.engine import CompiledRuleSet, Fact, judge
from scoring.starter import STARTER

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LEADS = 400
USUAL_LENGTH = 10
ROUNDS = 7
KINDS = (
    ("page_viewed", {"path": "/pricing"}),
    ("page_viewed", {"path": "/blog/post"}),
    ("page_viewed", {"path": "/"}),
    ("form_submitted", {"offer_mail": True}),
    ("email_clicked", {"subject": "Three questions"}),
    ("webinar_attended", {}),
    ("email_sent", {}),
    ("demo_requested", {}),
)
PROFILES = (
    {"email": "a@company.example", "job_title": "Head of Sales", "company": "Company"},
    {"email": "a@gmail.com", "job_title": "Developer"},
    {"phone": "+49 30 000"},
)


def history(chance: random.Random, length: int) -> list[Fact]:
    """Return a random history, oldest first, without negative points."""
    ages = sorted((chance.uniform(0, 60) for _ in range(length)), reverse=True)
    facts = []
    for number, age in enumerate(ages):
        kind, payload = chance.choice(KINDS)
        at = NOW - timedelta(days=age)
        facts.append(Fact(number, kind, at, at, payload))
    return facts


def best_seconds(leads: list, rules: CompiledRuleSet, *, look_ahead: bool) -> float:
    """Return the shortest time in which all leads were judged once."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for facts, profile in leads:
            judge(facts, profile, rules, NOW, look_ahead=look_ahead)
        best = min(best, time.process_time() - started)
    return best


def main() -> None:
    """Print one row for each length of history."""
    rules, chance = CompiledRuleSet(STARTER), random.Random(1)
    print("facts a lead | microseconds a lead | numbers only | leads/s | facts/s")
    for length in (1, 10, 30, 100, 1_000):
        leads = [(history(chance, length), chance.choice(PROFILES)) for _ in range(LEADS if length <= 100 else 40)]
        whole, numbers = (best_seconds(leads, rules, look_ahead=each) / len(leads) for each in (True, False))
        row = (length, whole * 1e6, numbers * 1e6, 1 / whole, length / whole)
        print("{:>12} | {:>19.1f} | {:>12.1f} | {:>7,.0f} | {:>7,.0f}".format(*row))
        if length == USUAL_LENGTH:
            usual = Result(
                name=f"engine: leads of {length} facts judged",
                figure=1 / whole,
                unit="/s",
                baseline=1 / numbers,
                baseline_name="without the next change",
                bound="at least",
            )
    hand_over(usual)


if __name__ == "__main__":
    main()
