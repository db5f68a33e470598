"""Facts raise a stage; people, verdicts and disqualifiers decide against them. Pure, without the database."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from leads.lifecycle import FactRow, IllegalMove, Standing, check_move, is_handover_open, next_effect_at, settle
from tests.factories.leads import judged

LEAD = SimpleNamespace(pk=uuid4())


def fact(number: int, kind: str, at: datetime, **payload: object) -> FactRow:
    return FactRow(number, kind, at, at, payload, by_id=7)


def proposal(stage: str, **changes: object):
    return judged(LEAD, stage=stage, cause=f"proposes {stage}", **changes)


@pytest.mark.parametrize("stated", [None, "", "soon", 10, "2026-03-02", "2026-03-02T09:00:00"])
def test_a_verdict_takes_effect_when_it_says_in_utc_or_after_ten_minutes(stated, now) -> None:
    rejected = fact(1, "handover_rejected", now, reason=5, effective_at=stated)
    at = {"2026-03-02": now.replace(hour=0), "2026-03-02T09:00:00": now.replace(hour=9)}.get(
        str(stated), now + timedelta(minutes=10)
    )

    before, _ = settle(Standing(stage="sql", stage_since=now), proposal("mql"), [rejected], at - timedelta(seconds=1))
    after, _ = settle(Standing(stage="sql", stage_since=now), proposal("mql"), [rejected], at)

    assert (before.stage, after.stage) == ("sql", "mql")


@pytest.mark.parametrize(
    ("current", "proposed", "becomes"),
    [
        ("new", "mql", "mql"),
        ("mql", "iql", "mql"),
        ("sql", "new", "sql"),
        ("customer", "sql", "customer"),
        ("disqualified", "sql", "disqualified"),
        ("mql", "disqualified", "disqualified"),
        ("customer", "disqualified", "customer"),
    ],
)
def test_facts_only_raise_and_only_a_disqualifier_lowers(current, proposed, becomes, now) -> None:
    standing, moves = settle(Standing(stage=current, stage_since=now), proposal(proposed), [], now)

    assert standing.stage == becomes
    assert [move.to_stage for move in moves] == ([becomes] if becomes != current else [])


def test_a_disqualifier_waits_while_sales_holds_the_lead(now) -> None:
    opened = fact(1, "handover_opened", now, handover="h1")

    standing, _ = settle(Standing(stage="sql", stage_since=now), proposal("disqualified"), [opened], now)

    assert standing.stage == "sql"


def test_a_person_pins_a_stage_until_released(now) -> None:
    pin = fact(1, "stage_set", now, to="iql", reason="Is a student")
    later = now + timedelta(hours=1)

    pinned, moves = settle(Standing(stage="mql", stage_since=now), proposal("sql"), [pin], now)
    released, after = settle(pinned, proposal("sql"), [pin, fact(2, "stage_released", later)], later)

    assert (pinned.stage, pinned.is_pinned, pinned.pin_reason) == ("iql", True, "Is a student")
    assert [(m.to_stage, m.cause_kind, m.cause) for m in moves] == [("iql", "person", "Is a student")]
    assert (released.stage, released.is_pinned) == ("sql", False)
    assert [m.to_stage for m in after] == ["sql"]


@pytest.mark.parametrize(
    ("kind", "payload", "becomes"),
    [
        ("handover_rejected", {"reason": 1}, "disqualified"),
        ("handover_rejected", {"reason": 8}, "disqualified"),
        ("handover_rejected", {"reason": 2}, "mql"),
        ("handover_rejected", {"reason": 6}, "mql"),
        ("handover_rejected", {"reason": 7}, "sql"),
        ("handover_recycled", {}, "mql"),
        ("outcome_lost", {}, "mql"),
        ("outcome_won", {}, "customer"),
    ],
)
def test_a_verdict_takes_effect_ten_minutes_later(kind, payload, becomes, now) -> None:
    verdict = fact(2, kind, now, handover="h1", **payload)
    facts = [fact(1, "handover_opened", now, handover="h1"), verdict]
    standing = Standing(stage="sql", stage_since=now)
    rules = proposal("mql")

    before, _ = settle(standing, rules, facts, now + timedelta(minutes=10, seconds=-1))
    after, moves = settle(before, rules, facts, now + timedelta(minutes=10))
    again, none = settle(after, rules, facts, now + timedelta(minutes=11))

    assert before.stage == "sql"
    assert after.stage == becomes
    assert [move.at for move in moves] == ([now + timedelta(minutes=10)] if becomes != "sql" else [])
    assert (again.stage, none) == (becomes, [])
    assert is_handover_open(facts, now + timedelta(minutes=9))
    assert not is_handover_open(facts, now + timedelta(minutes=10))


def test_an_undone_verdict_has_no_effect(now) -> None:
    facts = [
        fact(1, "handover_opened", now, handover="h1"),
        fact(2, "handover_rejected", now, handover="h1", reason=1),
        fact(3, "undone", now + timedelta(minutes=5), undoes=2),
    ]

    standing, moves = settle(Standing(stage="sql", stage_since=now), proposal("sql"), facts, now + timedelta(hours=1))

    assert (standing.stage, moves) == ("sql", [])
    assert is_handover_open(facts, now + timedelta(hours=1))
    assert next_effect_at(facts, now) is None


def test_an_act_at_the_very_moment_of_a_judgement_still_counts_once(now) -> None:
    first, _ = settle(Standing(), proposal("mql"), [], now)

    second, moves = settle(first, proposal("mql"), [fact(1, "stage_set", now, to="iql", reason="too early")], now)
    third, none = settle(second, proposal("mql"), [fact(1, "stage_set", now, to="iql", reason="too early")], now)

    assert [move.to_stage for move in moves] == ["iql"]
    assert (third.stage, none) == ("iql", [])


def test_a_customer_is_never_disqualified() -> None:
    with pytest.raises(IllegalMove, match="customer"):
        check_move(current="customer", to="disqualified")
